// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import recorded from './feed/recorded.json'
import type { Frame } from './feed/state'
import type { Following } from './live'

const { query, follow, arrived } = vi.hoisted(() => ({ query: vi.fn(), follow: vi.fn(), arrived: vi.fn() }))
vi.mock('../api/client', () => ({ direct: { query } }))
vi.mock('../api/socket', () => ({ socket: {} }))
vi.mock('../outbox/outbox', () => ({ arrived }))
vi.mock('./live', () => ({ follow }))

const { RoomFeed } = await import('./RoomFeed')

const [first] = recorded.views
const [, page] = [first, first!.earlier[0]]
const caughtUp = recorded.frames.find(({ event }) => event.__typename === 'CaughtUp') as unknown as Frame
const sent = recorded.frames.find(({ event }) => event.__typename === 'MessageSent') as unknown as Frame
const online = recorded.frames.find(({ event }) => event.__typename === 'OnlineChanged') as unknown as Frame
const reset = recorded.reset as unknown as Frame
const ended = recorded.frames.at(-1) as unknown as Frame

let following: Following
const stop = vi.fn()

/** Answers what is asked, in turn; the last answer again and again. */
function answer(...answers: unknown[]) {
  let asked = 0
  query.mockImplementation(() => ({
    toPromise: async () => answers[Math.min(asked++, answers.length - 1)],
  }))
}
const snapshot = { data: { room: first!.snapshot } }
const moment = { data: { room: first!.moment } }
const unreachable = { error: { networkError: new Error('offline'), graphQLErrors: [] } }
const refused = { data: { room: null }, error: { graphQLErrors: [{ extensions: { code: 'FORBIDDEN' } }] } }
const askedFor = () => query.mock.calls.map(([, variables]) => variables as Record<string, unknown>)
const drawn = () => new Promise((resolve) => requestAnimationFrame(resolve))

async function opened() {
  answer(snapshot)
  const feed = new RoomFeed('room', recorded.viewer)
  await feed.open()
  return feed
}

beforeEach(() => {
  vi.clearAllMocks()
  follow.mockImplementation((_socket: unknown, _query: unknown, _room: unknown, how: Following) => {
    following = how
    return stop
  })
})

describe('a room that is open', () => {
  it('takes a snapshot, and follows from there, always from the last frame that it took', async () => {
    const feed = await opened()
    expect(feed.status.get()).toBe('live')
    expect(following.cursor()).toBe(first!.snapshot.cursor)
    following.onFrame(sent)
    expect(following.cursor()).toBe(sent.cursor)
  })

  it('is drawn once for all that comes between two pictures', async () => {
    const feed = await opened()
    const draw = vi.fn()
    feed.state.subscribe(draw)
    for (let times = 0; times < 50; times++) following.onFrame(sent)
    expect(draw).not.toHaveBeenCalled()
    await drawn()
    expect(draw).toHaveBeenCalledOnce()
  })

  it('tells the outbox what has come only when it can be seen here', async () => {
    await opened()
    following.onFrame(sent)
    expect(arrived).not.toHaveBeenCalled()
    await drawn()
    expect(arrived).toHaveBeenCalledOnce()
  })

  it('loads one page at a time, however often it is asked for', async () => {
    const feed = await opened()
    answer({ data: { room: { messages: page } } })
    query.mockClear()
    await Promise.all([feed.loadEarlier(), feed.loadEarlier(), feed.loadEarlier()])
    expect(query).toHaveBeenCalledOnce()
    expect(feed.state.get()?.earlier).toBe(null)
    await feed.loadEarlier()
    expect(query).toHaveBeenCalledOnce()
  })

  it('asks who is online when it has caught up, and keeps what it was told meanwhile', async () => {
    const feed = await opened()
    answer(moment)
    following.onFrame(caughtUp)
    following.onFrame(online)
    await drawn()
    await drawn()
    const [came] = online.event.__typename === 'OnlineChanged' ? online.event.joined : []
    expect(feed.state.get()?.online.has(came!.user.id)).toBe(true)
  })

  it('begins again when the log cannot go on', async () => {
    const feed = await opened()
    following.onFrame(reset)
    await vi.waitFor(() => expect(follow).toHaveBeenCalledTimes(2))
    expect(stop).toHaveBeenCalled()
    expect(feed.status.get()).toBe('live')
  })

  it('stays as it ended when the stream has ended for good', async () => {
    const feed = await opened()
    following.onFrame(ended)
    await drawn()
    expect(feed.state.get()?.ended?.code).toBe('FORBIDDEN')
    expect(stop).toHaveBeenCalled()
  })

  it('goes to another part of itself, and stays where it is when that is not there', async () => {
    const feed = await opened()
    answer(unreachable, refused, snapshot)
    expect(await feed.open('message')).toBe(false)
    expect(await feed.open('message')).toBe(false)
    expect(feed.status.get()).toBe('live')
    expect(await feed.open('message')).toBe(true)
    expect(askedFor().at(-1)).toEqual({ room: 'room', around: 'message' })
  })

  it('forgets an attempt to open that was overtaken', async () => {
    const feed = await opened()
    answer(snapshot)
    expect(await Promise.all([feed.open('one'), feed.open('other')])).toEqual([false, true])
  })

  it('draws nothing any more when it was closed', async () => {
    const feed = await opened()
    const draw = vi.fn()
    feed.state.subscribe(draw)
    following.onFrame(sent)
    feed.close()
    await drawn()
    expect(draw).not.toHaveBeenCalled()
    expect(stop).toHaveBeenCalled()
  })
})

describe('a room that cannot be opened', () => {
  it('is out of reach, or not for the viewer', async () => {
    const feed = new RoomFeed('room', recorded.viewer)
    answer(unreachable, refused)
    await feed.open()
    expect(feed.status.get()).toBe('unreachable')
    await feed.open()
    expect(feed.status.get()).toBe('refused')
  })

  it('is out of reach when its stream broke for no reason that the server gave', async () => {
    const feed = await opened()
    following.onBroken([])
    expect(feed.status.get()).toBe('unreachable')
    following.onBroken([{ message: '', extensions: { code: 'NOT_FOUND' } }])
    expect(feed.status.get()).toBe('refused')
  })
})
