import { cacheExchange } from '@urql/exchange-graphcache'
import { Client, fetchExchange, subscriptionExchange } from 'urql'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { keys, updates } from './cache'
import {
  LeaveRoomDocument,
  ModerateMemberDocument,
  MyRoomsDocument,
  type MyRoomsQuery,
  possibleTypes,
  RoomModerationDocument,
  SendMessageDocument,
  ViewerEventsDocument,
} from './generated'

const AT = '2026-01-01T00:00:00Z'

const person = (id: string) => ({
  __typename: 'User',
  id,
  username: id,
  displayName: id,
  deletedAt: null,
  avatarUrl: null,
})

const message = (id: string, body: string, sentAt = AT) => ({
  __typename: 'Message',
  id,
  body,
  sentAt,
  deletedAt: null,
  author: person('sara'),
})

const facts = (id: string, unreadCount = 0) => ({
  __typename: 'Room',
  id,
  address: id,
  title: id,
  isPrivate: false,
  memberCount: 2,
  onlineCount: 1,
  lastActivityAt: AT,
  viewer: { __typename: 'RoomViewer', role: 'MEMBER', unreadCount, notify: 'ALL' },
})

const room = (id: string, unreadCount = 0) => ({
  ...facts(id, unreadCount),
  messages: { __typename: 'MessageConnection', nodes: [message(`first in ${id}`, 'salam')] },
})

const invitation = (id: string, to: string) => ({
  __typename: 'Invitation',
  id,
  code: 'code',
  expiresAt: null,
  invitedBy: null,
  room: { __typename: 'Room', id: to, address: to, title: to, topic: '', memberCount: 1, onlineCount: 0 },
})

const MINE = {
  viewer: {
    __typename: 'Viewer',
    id: 'me',
    rooms: {
      __typename: 'RoomConnection',
      nodes: ['tea', 'books'].map((id) => ({
        ...room(id),
        online: { __typename: 'PresenceConnection', nodes: [] },
      })),
    },
    invitations: [invitation('1', 'garden')],
  },
}

let client: Client
let answer: unknown
let asked: number
let tell: (viewerEvents: unknown) => Promise<void>
let mine: MyRoomsQuery

beforeEach(async () => {
  answer = MINE
  asked = 0
  client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    fetch: async () => {
      asked += 1
      return Response.json({ data: answer })
    },
    exchanges: [
      // While it is developed, it complains of every fragment that is for another type.
      cacheExchange({ keys, updates, possibleTypes, logger: () => {} }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: () => ({
          subscribe: (sink) => {
            tell = (viewerEvents) => {
              sink.next({ data: { viewerEvents } })
              // Queries that it changes are answered a little later.
              return new Promise((resolve) => setTimeout(resolve))
            }
            return { unsubscribe: () => {} }
          },
        }),
      }),
    ],
  })
  client.subscription(ViewerEventsDocument, {}).subscribe(() => {})
  await new Promise<void>((resolve) => {
    client.query(MyRoomsDocument, {}).subscribe(({ data }) => {
      if (!data) return
      mine = data
      resolve()
    })
  })
})

const shown = () =>
  mine.viewer?.rooms.nodes.map(
    ({ id, viewer, messages }) => `${id} ${viewer?.unreadCount} ${messages.nodes.at(-1)?.body}`,
  )
const invited = () => mine.viewer?.invitations.map(({ id }) => id)

describe("what is told of the viewer's rooms", () => {
  it('changes what is unread, and what was said last', async () => {
    await tell({ __typename: 'RoomActivity', latest: message('new', 'chai?'), room: facts('books', 1) })
    expect(shown()).toEqual(['tea 0 salam', 'books 1 chai?'])
  })

  it('keeps what was said last if that is not told', async () => {
    await tell({ __typename: 'RoomActivity', latest: null, room: facts('books', 1) })
    expect(shown()).toEqual(['tea 0 salam', 'books 1 salam'])
  })

  it('adds a room that was entered, on whichever device, and takes its invitation away', async () => {
    await tell({ __typename: 'ViewerRoomChanged', roomId: 'garden', room: room('garden', 3) })
    expect(shown()).toEqual(['garden 3 salam', 'tea 0 salam', 'books 0 salam'])
    expect(invited()).toEqual([])
  })

  it('takes a room away that one is not in any more, or may not know of', async () => {
    await tell({ __typename: 'ViewerRoomChanged', roomId: 'tea', room: { ...room('tea'), viewer: null } })
    expect(shown()).toEqual(['books 0 salam'])
    await tell({ __typename: 'ViewerRoomChanged', roomId: 'books', room: null })
    expect(shown()).toEqual([])
  })

  it('adds an invitation', async () => {
    await tell({ __typename: 'Invited', invitation: invitation('2', 'attic') })
    expect(invited()).toEqual(['2', '1'])
  })
})

describe('what the viewer does', () => {
  it('is seen at once where it is shown: their words, and that they have left', async () => {
    answer = { sendMessage: { __typename: 'MessageAccepted', message: message('mine', 'me!') } }
    await client.mutation(SendMessageDocument, { input: { room: 'tea', body: 'me!', key: '1' } }).toPromise()
    expect(shown()).toEqual(['tea 0 me!', 'books 0 salam'])
    answer = { leaveRoom: { __typename: 'RoomLeft', cursor: 'there' } }
    await client.mutation(LeaveRoomDocument, { input: { room: 'tea' } }).toPromise()
    expect(shown()).toEqual(['books 0 salam'])
    expect(asked).toBe(3)
  })

  it('does not hide what was said after it', async () => {
    const later = message('new', 'chai?', '2026-01-01T00:00:02Z')
    await tell({ __typename: 'RoomActivity', latest: later, room: facts('tea') })
    const mine = message('mine', 'me!', '2026-01-01T00:00:01Z')
    answer = { sendMessage: { __typename: 'MessageAccepted', message: mine } }
    await client.mutation(SendMessageDocument, { input: { room: 'tea', body: 'me!', key: '1' } }).toPromise()
    expect(shown()).toEqual(['tea 0 chai?', 'books 0 salam'])
  })

  it('has the banned of a room asked for again wherever they are shown', async () => {
    const bans = (...users: string[]) => ({
      room: {
        __typename: 'Room',
        id: 'tea',
        bans: {
          __typename: 'BanConnection',
          nodes: users.map((id) => ({ __typename: 'Ban', id, at: AT, user: person(id), by: null })),
        },
        invitations: [],
      },
    })
    let banned: string[] | undefined
    answer = bans()
    client.query(RoomModerationDocument, { room: 'tea' }).subscribe(({ data }) => {
      banned = data?.room?.bans?.nodes.map(({ user }) => user.id)
    })
    await vi.waitFor(() => expect(banned).toEqual([]))
    answer = {
      moderateMember: {
        __typename: 'MemberModerated',
        member: {
          __typename: 'Member',
          id: 'omar in tea',
          role: 'MEMBER',
          joinedAt: AT,
          leftAt: AT,
          mutedUntil: null,
          user: person('omar'),
        },
      },
      ...bans('omar'),
    }
    await client
      .mutation(ModerateMemberDocument, { input: { room: 'tea', user: 'omar', action: 'BAN' } })
      .toPromise()
    await vi.waitFor(() => expect(banned).toEqual(['omar']))
  })

  it('changes nothing if it was refused', async () => {
    answer = { leaveRoom: { __typename: 'ForbiddenProblem', code: 'FORBIDDEN', detail: 'no' } }
    await client.mutation(LeaveRoomDocument, { input: { room: 'tea' } }).toPromise()
    expect(shown()).toEqual(['tea 0 salam', 'books 0 salam'])
  })
})
