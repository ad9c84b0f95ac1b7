import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { MessagePageFragment, RoomSnapshotQuery } from '../../api/generated'
import { applyEvent, applyFrame } from './events'
import recorded from './recorded.json'
import {
  type FeedState,
  type Frame,
  fromSnapshot,
  type Message,
  type Moment,
  type OnlineChanged,
  type Snapshot,
  withAnswer,
  withEarlier,
  withLater,
  withMoment,
} from './state'

// What a server told, and what it answered to whoever asked meanwhile: `tests/frontend/recording.py` makes it.
type View = {
  readonly after: number
  readonly snapshot: NonNullable<RoomSnapshotQuery['room']>
  readonly moment: Moment
  readonly earlier: readonly MessagePageFragment[]
}
const { viewer } = recorded
const frames = recorded.frames as unknown as readonly Frame[]
const views = recorded.views as unknown as readonly View[]
const [before, middle, after] = views as [View, View, View]

/** Each frame has its own time, also when it is told again. */
function play(state: FeedState, told: readonly Frame[]): FeedState {
  return told.reduce((next, frame) => {
    const now = new Date(Date.UTC(2026, 0, 1, 0, 0, frames.indexOf(frame))).toISOString()
    return applyFrame(next, frame, viewer, now)
  }, state)
}

function whole({ snapshot, earlier }: View): FeedState {
  return earlier.reduce(withEarlier, fromSnapshot(snapshot))
}

/** All that does not depend on when somebody began to look. */
function shown({ entries, messages, people, reacted, room, mine, earlier, later }: FeedState) {
  const ids = entries.flatMap((entry) => (entry.kind === 'message' ? [entry.id] : []))
  const marks = (id: string) =>
    [...(reacted.get(id) ?? [])].flatMap(([emoji, isMine]) => (isMine ? [emoji] : [])).sort()
  return {
    messages: ids.map((id) => {
      const message = messages.get(id)!
      const quoted = message.replyTo && { ...message.replyTo, author: people.get(message.replyTo.author.id) }
      const reactions = message.reactions.map((each) => ({
        ...each,
        users: each.users.map((user) => user.id),
      }))
      const author = people.get(message.author.id)
      return { ...message, author, reactions, replyTo: quoted, reacted: marks(id) }
    }),
    room: { ...room, onlineCount: 0 },
    mine,
    earlier,
    later,
  }
}

const notices = (state: FeedState) =>
  state.entries.flatMap((entry) => (entry.kind === 'notice' ? [entry.notice.what] : []))
const bodies = (state: FeedState) =>
  state.entries.flatMap((entry) => (entry.kind === 'message' ? [state.messages.get(entry.id)?.body] : []))

describe('a recorded stream', () => {
  it('makes of an old view of the room what a new one is', () => {
    for (const view of views) {
      const played = play(whole(view), frames.slice(0, after.after))
      expect(shown({ ...played, mine: after.snapshot.viewer })).toEqual(shown(whole(after)))
    }
  })

  it('makes one and the same of it wherever a connection was cut, and whatever was told twice', () => {
    const expected = play(whole(before), frames)
    fc.assert(
      fc.property(fc.nat(frames.length), fc.nat(frames.length), (one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const state = play(play(whole(before), frames.slice(0, to)), frames.slice(from))
        expect(state).toEqual(expected)
      }),
    )
  })

  it('makes the same of it whenever the pages of history come in between', () => {
    const expected = shown(play(whole(middle), frames.slice(middle.after)))
    fc.assert(
      fc.property(fc.nat(frames.length), fc.nat(frames.length), (one, other) => {
        const [from, at] = [Math.min(one, other, middle.after), Math.max(one, other)]
        const told = play(fromSnapshot(middle.snapshot), frames.slice(from, at))
        const paged = middle.earlier.reduce(withEarlier, told)
        expect(shown(play(paged, frames.slice(at)))).toEqual(expected)
      }),
    )
  })

  it('fills the gap below a page of old messages before what came live is shown', () => {
    const nodes = whole(after)
      .entries.filter((entry) => entry.kind === 'message')
      .map(({ id }) => ({ ...whole(after).messages.get(id)!, viewer: null }))
    fc.assert(
      fc.property(fc.nat(after.after), fc.integer({ min: 1, max: 20 }), (at, size) => {
        const page = (from: number, to: number): MessagePageFragment => ({
          nodes: nodes.slice(from, to),
          pageInfo: {
            hasPreviousPage: from > 0,
            hasNextPage: to < nodes.length,
            startCursor: String(from),
            endCursor: String(to),
          },
        })
        let state = fromSnapshot({ ...before.snapshot, messages: page(3, 3 + size) })
        state = play(state, frames.slice(0, at))
        for (let to = 3 + size; state.later !== null; to += size) {
          expect(bodies(state)).toEqual(nodes.slice(3, to).map((node) => state.messages.get(node.id)?.body))
          state = withLater(state, page(to, to + size))
        }
        expect(state.heldBack).toEqual([])
        state = play(state, frames.slice(at))
        const ids = state.entries.flatMap((entry) => (entry.kind === 'message' ? [entry.id] : []))
        expect(ids).toEqual(nodes.slice(3).map(({ id }) => id))
      }),
    )
  })

  it('keeps the last cursor of the log', () => {
    expect(play(whole(before), frames).cursor).toBe(frames.at(-1)?.cursor)
  })

  it('tells who came and went, and how', () => {
    expect(notices(play(whole(before), frames.slice(before.after, after.after)))).toEqual(
      expect.arrayContaining(['renamed', 'kicked', 'joined', 'left', 'offline']),
    )
  })

  it('says how the viewer was sent away, and why the stream ended', () => {
    const { departure, ended } = play(whole(before), frames)
    expect(departure?.how).toBe('KICKED')
    expect(departure?.by?.username).toBe('anahit')
    expect(ended?.code).toBe('FORBIDDEN')
  })

  it('asks for what is of the moment when it is caught up, and to begin again when it is reset', () => {
    const caughtUp = frames.findIndex(({ event }) => event.__typename === 'CaughtUp')
    expect(play(whole(before), frames.slice(0, caughtUp)).wants).toBe('nothing')
    expect(play(whole(before), frames.slice(0, caughtUp + 1)).wants).toBe('refresh')
    const reset = recorded.reset as unknown as Frame
    expect(applyFrame(whole(before), reset, viewer, '').wants).toBe('reset')
  })

  it('shows people by the name that they have now, also beside what they said before', () => {
    const state = play(whole(before), frames)
    const beka = [...state.people.values()].find(({ username }) => username === 'beka')
    expect(beka?.displayName).toBe('Beka B.')
  })
})

const begun: FeedState = fromSnapshot(before.snapshot as Snapshot)
const person = { id: 'p', username: 'p', displayName: 'P', deletedAt: null, avatarUrl: null }
const presence = (...ids: string[]) => ids.map((id) => ({ since: id, user: { ...person, id } }))
const onlineChanged = (joined: string[], left: string[], onlineCount = 1): OnlineChanged => ({
  __typename: 'OnlineChanged',
  refresh: false,
  onlineCount,
  joined: presence(...joined),
  left: left.map((id) => ({ ...person, id })),
})

describe('who is online', () => {
  it('is, after any question, what the answer says with all that was told since it was asked', () => {
    const change = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean())
    fc.assert(
      fc.property(fc.array(change), fc.nat(10), fc.nat(10), (changes, one, other) => {
        const told = changes.map(([id, comes]) => onlineChanged(comes ? [id] : [], comes ? [] : [id]))
        const asked = Math.min(one, other, told.length)
        const answered = Math.min(Math.max(one, other), told.length)
        const roster = (events: OnlineChanged[]) =>
          events.reduce((state, event) => applyEvent(state, event, viewer, ''), begun).online
        const truth = [...roster(told)].map(([id]) => id).sort()
        // Read at any time between question and answer, it is told after what came by then.
        for (let read = asked; read <= answered; read++) {
          const online = [...roster(told.slice(0, read))].map(([id]) => id)
          const moment: Moment = {
            id: '',
            onlineCount: 0,
            online: { nodes: presence(...online) },
            viewer: null,
          }
          const state = withMoment(begun, moment, told.slice(asked, answered))
          const later = told
            .slice(answered)
            .reduce((next, event) => applyEvent(next, event, viewer, ''), state)
          expect([...later.online.keys()].sort()).toEqual(truth)
        }
      }),
    )
  })

  it('is news but for the viewer, and for whoever is here already', () => {
    const first = applyEvent(begun, onlineChanged(['a', viewer], []), viewer, '1')
    const second = applyEvent(first, onlineChanged(['a'], ['b']), viewer, '2')
    expect(notices(second)).toEqual(['online'])
    expect(notices(applyEvent(second, onlineChanged([], ['a', viewer]), viewer, '3'))).toEqual([
      'online',
      'offline',
    ])
  })

  it('is not said of whoever has just joined or left, but when they come and go later', () => {
    const told = frames.map(({ event }) => event)
    for (const event of told.filter((each) => ['MemberJoined', 'MemberLeft'].includes(each.__typename))) {
      if (event.__typename !== 'MemberJoined' && event.__typename !== 'MemberLeft') continue
      const { user, joinedAt, leftAt } = event.member
      const comes = event.__typename === 'MemberJoined'
      const at = (comes ? joinedAt : leftAt) ?? ''
      const there = { ...begun, entries: [], online: comes ? new Map() : new Map([[user.id, joinedAt]]) }
      const change = (when: string) => ({
        ...onlineChanged([], []),
        ...(comes ? { joined: [{ since: when, user }] } : { left: [user] }),
      })
      const hour = new Date(Date.parse(at) + 3_600_000).toISOString()
      const said = (when: string) =>
        notices(applyEvent(applyEvent(there, event, 'nobody', when), change(when), 'nobody', when))
      expect(said(at)).toHaveLength(1)
      expect(said(hour)).toHaveLength(2)
    }
  })

  it('has to be asked for when too many came and went to be named', () => {
    const event = { ...onlineChanged([], [], 500), refresh: true }
    const state = applyEvent(begun, event, viewer, '')
    expect([state.wants, state.room.onlineCount]).toEqual(['refresh', 500])
  })
})

describe('a message', () => {
  const [known] = begun.messages.values() as unknown as [Message]
  const newer = { ...known, version: known.version + 5, body: 'newer' }

  it('is never replaced by an older version of itself, whoever brings it', () => {
    const state = applyEvent(begun, { __typename: 'MessageEdited', message: newer }, viewer, '')
    const page = { ...before.snapshot.messages, nodes: before.snapshot.messages.nodes }
    for (const next of [
      applyEvent(state, { __typename: 'MessageEdited', message: known }, viewer, ''),
      withAnswer(state, known, ['🍵']),
      withEarlier(state, page),
    ])
      expect(next.messages.get(known.id)?.body).toBe('newer')
  })

  it('is as a mutation left it, before the stream says so', () => {
    const state = withAnswer(begun, newer, ['🍵'])
    expect(state.messages.get(known.id)?.body).toBe('newer')
    expect([...(state.reacted.get(known.id) ?? [])]).toEqual([['🍵', true]])
    expect(state.entries).toBe(begun.entries)
  })

  it('ends the typing of its author', () => {
    const typing = applyEvent(
      begun,
      { __typename: 'TypingChanged', users: [{ ...person, id: 'x' }, { ...person, id: viewer }, person] },
      viewer,
      '',
    )
    expect(typing.typing).toEqual(['x', 'p'])
    const message = { ...known, id: 'new', author: { ...person, id: 'x' }, sentAt: '2999' }
    expect(applyEvent(typing, { __typename: 'MessageSent', message }, viewer, '').typing).toEqual(['p'])
  })
})

it('ignores an event that it does not know', () => {
  const event = { __typename: 'TeaServed' } as unknown as Frame['event']
  expect(applyEvent(begun, event, viewer, '')).toBe(begun)
})
