// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LobbyEvent, LobbyPage, LobbyRoom } from './lobby'

type Asked = {
  matching: string | null
  first: number
  after: string | null
  answer: (page?: LobbyPage) => void
}

const asked: Asked[] = []
let tell: (event: LobbyEvent) => void = () => {}

vi.mock('../api/client', () => ({
  client: {
    query: (_document: unknown, { matching, first, after }: Omit<Asked, 'answer'>) => ({
      toPromise: () =>
        new Promise((resolve) => {
          asked.push({
            matching,
            first,
            after,
            answer: (rooms) => resolve(rooms ? { data: { rooms } } : { error: new Error('offline') }),
          })
        }),
    }),
    subscription: () => ({
      subscribe: (listener: (result: { data: { lobbyEvents: LobbyEvent } }) => void) => {
        tell = (lobbyEvents) => listener({ data: { lobbyEvents } })
        return { unsubscribe: () => {} }
      },
    }),
  },
}))

const { LobbyFeed } = await import('./LobbyFeed')

function room(id: string, memberCount = 1): LobbyRoom {
  const createdAt = `2026-01-0${id}T00:00:00Z`
  return { id, address: id, title: id, topic: '', createdAt, memberCount, onlineCount: 0 }
}

const page = (rooms: LobbyRoom[], endCursor: string | null = null): LobbyPage => ({
  nodes: rooms,
  pageInfo: { hasNextPage: endCursor !== null, endCursor },
})

const settled = () => new Promise((resolve) => setTimeout(resolve))

let feed: InstanceType<typeof LobbyFeed>
const shown = () => feed.lobby.get().rooms.map(({ id, memberCount }) => `${id}:${memberCount}`)

beforeEach(() => {
  asked.length = 0
  feed = new LobbyFeed()
  feed.open()
  void feed.search('')
})
afterEach(() => feed.close())

it('shows what was told while the list was read, not what was true before', async () => {
  tell({ __typename: 'RoomListed', room: room('1', 7) })
  tell({ __typename: 'RoomUnlisted', roomId: '2' })
  asked[0]?.answer(page([room('2'), room('1')]))
  await settled()
  expect(shown()).toEqual(['1:7'])
})

it('reads anew when something may not have been told', async () => {
  asked[0]?.answer(page([room('1')]))
  await settled()
  tell({ __typename: 'CaughtUp' })
  asked[1]?.answer(page([room('2')]))
  await settled()
  expect(shown()).toEqual(['2:1'])
})

it('goes on below, but not while it reads from the beginning', async () => {
  asked[0]?.answer(page([room('2')], 'there'))
  await settled()
  tell({ __typename: 'CaughtUp' })
  await feed.more()
  expect(asked).toHaveLength(2)
  asked[1]?.answer(page([room('2')], 'there'))
  await settled()
  void feed.more()
  expect(asked[2]).toMatchObject({ after: 'there' })
  asked[2]?.answer(page([room('1')]))
  await settled()
  expect(shown()).toEqual(['2:1', '1:1'])
})

it('shows what was searched for last, whichever answer comes first', async () => {
  void feed.search('t')
  void feed.search('te')
  expect(asked.map(({ matching }) => matching)).toEqual([null, 't', 'te'])
  asked[2]?.answer(page([room('3')]))
  asked[1]?.answer(page([room('1'), room('3')]))
  await settled()
  expect(shown()).toEqual(['3:1'])
})

it('says that nobody answers only while there is nothing to show', async () => {
  asked[0]?.answer()
  await settled()
  expect(feed.status.get()).toBe('unreachable')
  void feed.read()
  asked[1]?.answer(page([room('1')]))
  await settled()
  expect(feed.status.get()).toBe('ready')
  void feed.read()
  asked[2]?.answer()
  await settled()
  expect(feed.status.get()).toBe('ready')
  expect(shown()).toEqual(['1:1'])
})
