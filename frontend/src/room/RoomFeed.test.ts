// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { fetchInTime } from '../api/fetchInTime'
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
/** No such message, of which the server says so; or something went wrong there. */
const missing = { data: { room: null }, error: { graphQLErrors: [{ extensions: { code: 'NOT_FOUND' } }] } }
const broken = { data: { room: null }, error: { graphQLErrors: [{ extensions: { code: 'INTERNAL' } }] } }
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
  it('waits for no answer for ever', async () => {
    const feed = await opened()
    answer(moment)
    await feed.refresh()
    expect(query.mock.calls.map(([, , how]) => how)).toEqual([{ fetch: fetchInTime }, { fetch: fetchInTime }])
  })

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

  it('tells what was said since it was drawn, once, and not what it had read before', async () => {
    const feed = await opened()
    const news = vi.fn()
    feed.news.subscribe(() => news(feed.news.get().map(({ id }) => id)))
    following.onFrame(sent)
    following.onFrame(sent)
    await drawn()
    const { messages } = first!.snapshot
    const known = { __typename: 'MessageSent', message: messages.nodes[0] } as unknown as Frame['event']
    following.onFrame({ cursor: sent.cursor, event: known })
    await drawn()
    answer(snapshot, { data: { room: { messages: page } } })
    await feed.open()
    await feed.loadEarlier()
    const [id] = sent.event.__typename === 'MessageSent' ? [sent.event.message.id] : []
    expect(news.mock.calls).toEqual([[[id]]])
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

describe('going elsewhere in a room', () => {
  it('leaves it as it is, live, where one cannot get there', async () => {
    const feed = await opened()
    const state = feed.state.get()
    answer(unreachable, unreachable, missing, broken, refused, snapshot)
    expect(await feed.open()).toBe('unreachable')
    expect(await feed.open('message')).toBe('unreachable')
    expect(await feed.open('message')).toBe('missing')
    expect(await feed.open('message')).toBe('unreachable')
    expect(await feed.open()).toBe('missing')
    expect([feed.status.get(), feed.state.get()]).toEqual(['live', state])
    expect(stop).not.toHaveBeenCalled()
    expect(await feed.open('message')).toBe('there')
    expect(askedFor().at(-1)).toEqual({ room: 'room', around: 'message' })
  })

  it('is done once where it is wished for twice: the first wish is overtaken', async () => {
    const feed = await opened()
    answer(snapshot)
    expect(await Promise.all([feed.open('one'), feed.open('other')])).toEqual(['overtaken', 'there'])
    expect(follow).toHaveBeenCalledTimes(2)
  })

  it('begins at the last messages where the one to begin at is not there', async () => {
    answer(missing, snapshot)
    const feed = new RoomFeed('room', recorded.viewer)
    expect(await feed.open('message')).toBe('missing')
    expect(feed.status.get()).toBe('live')
    expect(askedFor().at(-1)).toEqual({ room: 'room', around: null })
  })
})

describe('a room whose log cannot go on', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Of each question, in turn, the one who answers it. */
  function asked() {
    const answers: ((answer: unknown) => void)[] = []
    query.mockImplementation(() => ({ toPromise: () => new Promise((resolve) => answers.push(resolve)) }))
    return answers
  }
  const settled = () => vi.advanceTimersByTimeAsync(0)

  it('is begun where one was about to go, and nowhere else', async () => {
    const feed = await opened()
    const answers = asked()
    const going = feed.open('message')
    following.onFrame(reset)
    expect(answers).toHaveLength(1)
    answers[0]!(snapshot)
    expect(await going).toBe('there')
    expect(feed.status.get()).toBe('live')
    expect(follow).toHaveBeenCalledTimes(2)
  })

  it('is begun at the last messages if one cannot get to where one was about to go', async () => {
    const feed = await opened()
    const answers = asked()
    const going = feed.open('message')
    following.onFrame(reset)
    answers[0]!(missing)
    await settled()
    answers[1]!(snapshot)
    expect(await going).toBe('missing')
    expect(askedFor().at(-1)).toEqual({ room: 'room', around: null })
    expect(follow).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['gets there', snapshot, 2],
    ['does not', missing, 3],
  ])('is live again when one goes elsewhere meanwhile, and %s', async (_, answered, questions) => {
    const feed = await opened()
    const answers = asked()
    following.onFrame(reset)
    const going = feed.open('message')
    answers[0]!(snapshot)
    answers[1]!(answered)
    await settled()
    answers[2]?.(snapshot)
    await going
    expect(answers).toHaveLength(questions)
    expect(follow).toHaveBeenCalledTimes(2)
    expect(feed.state.get()?.wants).toBe('nothing')
  })

  it('can be read until it has begun again, however often that has to be tried', async () => {
    const feed = await opened()
    answer(unreachable, broken, snapshot)
    following.onFrame(reset)
    expect(stop).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(feed.status.get()).toBe('live')
    expect(feed.state.get()).not.toBe(null)
    expect(follow).toHaveBeenCalledOnce()
    await vi.advanceTimersByTimeAsync(2_000)
    expect(follow).toHaveBeenCalledTimes(2)
  })

  it('is not tried again by who has gone elsewhere, or away', async () => {
    const feed = await opened()
    answer(unreachable, snapshot)
    following.onFrame(reset)
    await settled()
    expect(await feed.open('message')).toBe('there')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(follow).toHaveBeenCalledTimes(2)
    answer(unreachable)
    following.onFrame(reset)
    await settled()
    feed.close()
    query.mockClear()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(query).not.toHaveBeenCalled()
  })
})

describe('what could not be asked', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('of the moment is asked again, until it is known', async () => {
    const feed = await opened()
    answer(unreachable, broken, { data: { room: { ...first!.moment, onlineCount: 77 } } })
    following.onFrame(caughtUp)
    await vi.advanceTimersByTimeAsync(3_100)
    expect(feed.state.get()?.room.onlineCount).toBe(77)
  })

  it('of the moment is not asked again once it was asked anew', async () => {
    await opened()
    answer(unreachable, moment)
    following.onFrame(caughtUp)
    following.onFrame(caughtUp)
    query.mockClear()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(query).not.toHaveBeenCalled()
  })

  it('of the history comes when it can be asked, though nobody moves', async () => {
    const feed = await opened()
    answer(unreachable, { data: { room: { messages: page } } })
    void feed.loadEarlier()
    await vi.advanceTimersByTimeAsync(0)
    expect(feed.isPaging.get()).toBe(true)
    await vi.advanceTimersByTimeAsync(1_100)
    expect([feed.isPaging.get(), feed.state.get()?.earlier]).toEqual([false, null])
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
