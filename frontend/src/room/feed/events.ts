// What a room shows after frame upon frame of its stream, each applied by a pure function. What is told twice changes
// nothing the second time, so nobody has to know whether it was told before.
import type { RoomEventFieldsFragment } from '../../api/generated'
import {
  type FeedState,
  type Frame,
  type Member,
  type Message,
  type Notice,
  type OnlineChanged,
  roster,
  withMessage,
  withPeople,
} from './state'

export function applyFrame(
  state: FeedState,
  { cursor, event }: Frame,
  viewer: string,
  now: string,
): FeedState {
  return applyEvent({ ...state, cursor }, event, viewer, now)
}

export function applyEvent(
  state: FeedState,
  event: RoomEventFieldsFragment,
  viewer: string,
  now: string,
): FeedState {
  switch (event.__typename) {
    case 'MessageSent':
      return withNewMessage(state, event.message)
    case 'MessageEdited':
    case 'MessageDeleted':
      return withMessage(state, event.message)
    case 'ReactionsChanged':
      return withReaction(withMessage(state, event.message), event, viewer)
    case 'MemberJoined': {
      const { user, joinedAt } = event.member
      const id = `joined ${user.id} ${joinedAt}`
      const joined = withMember(state, event.member)
      const notice = { id, at: joinedAt, what: 'joined', who: user.id, by: null } as const
      return withNotice(user.id === viewer ? { ...joined, departure: null } : joined, notice)
    }
    case 'MemberLeft': {
      const { departure: how, by } = event
      const { user, leftAt } = event.member
      const at = leftAt ?? now
      const id = `left ${user.id} ${at}`
      const left = withPeople(withMember(state, event.member), by ? [by] : [])
      const notice = { id, at, what: DEPARTURES[how], who: user.id, by: by?.id ?? null } as const
      return withNotice(user.id === viewer ? { ...left, departure: { how, by } } : left, notice)
    }
    case 'MemberChanged':
      // What the viewer may do is theirs alone, so no event tells it.
      return wanting(withMember(state, event.member), event.member.user.id === viewer ? 'refresh' : 'nothing')
    case 'RoomChanged': {
      const { by, room } = event
      const changed = withPeople({ ...state, room }, by ? [by] : [])
      if (room.title === state.room.title) return changed
      return withNotice(changed, {
        id: `renamed ${state.cursor}`,
        at: now,
        what: 'renamed',
        who: by?.id ?? null,
        by: null,
        title: room.title,
      })
    }
    case 'OnlineChanged':
      return withOnline(state, event, viewer, now)
    case 'TypingChanged':
      return {
        ...withPeople(state, event.users),
        typing: event.users.map(({ id }) => id).filter((id) => id !== viewer),
      }
    case 'CaughtUp':
      return wanting({ ...state, typing: [] }, 'refresh')
    case 'StreamReset':
      return wanting(state, 'reset')
    case 'StreamEnded':
      return { ...state, ended: event.problem, typing: [] }
    default:
      // An event of a newer server than this page was made for.
      return state
  }
}

const DEPARTURES = { LEFT: 'left', KICKED: 'kicked', BANNED: 'banned', DELETED: 'deleted' } as const

function withNewMessage(before: FeedState, message: Message): FeedState {
  const { id, author, sentAt } = message
  const state = withMessage(withoutTyping(before, author.id), message)
  if (before.messages.has(id) && isShown(state, id)) return state
  // The log repeats what was there when the snapshot was taken; what is older than its page comes with an earlier one.
  const last = newest(state)
  if (state.earlier !== null && last && sentAt < last.sentAt) return state
  return state.later === null
    ? { ...state, entries: [...state.entries, { kind: 'message', id }] }
    : { ...state, heldBack: [...state.heldBack, id] }
}

function withoutTyping(state: FeedState, person: string): FeedState {
  const typing = state.typing.filter((id) => id !== person)
  return typing.length < state.typing.length ? { ...state, typing } : state
}

/** From the end, where it nearly always is, if it is anywhere. */
function isShown(state: FeedState, id: string): boolean {
  return (
    state.entries.findLast((entry) => entry.kind === 'message' && entry.id === id) !== undefined ||
    state.heldBack.includes(id)
  )
}

function newest(state: FeedState): Message | undefined {
  const last = state.entries.findLast((entry) => entry.kind === 'message')
  return last && state.messages.get(last.id)
}

function withReaction(
  state: FeedState,
  { by, message, emoji, added }: Extract<RoomEventFieldsFragment, { __typename: 'ReactionsChanged' }>,
  viewer: string,
): FeedState {
  if (by?.id !== viewer) return state
  const mine = new Map(state.reacted.get(message.id)).set(emoji, added)
  return { ...state, reacted: state.reacted.with([[message.id, mine]]) }
}

function withOnline(state: FeedState, event: OnlineChanged, viewer: string, now: string): FeedState {
  const { onlineCount, joined, left, refresh } = event
  const people = [...joined.map(({ user }) => user), ...left]
  const came = joined
    .filter(({ user }) => !state.online.has(user.id))
    .map(
      ({ user: { id }, since }) => ({ id: `on ${id} ${since}`, at: since, what: 'online', who: id }) as const,
    )
  const went = left
    .filter(({ id }) => state.online.has(id))
    .map(({ id }) => ({ id: `off ${id} ${now}`, at: now, what: 'offline', who: id }) as const)
  const next = {
    ...withPeople(state, people),
    room: { ...state.room, onlineCount },
    online: roster(state.online, event),
  }
  return [...came, ...went]
    .filter(({ who, what, at }) => who !== viewer && !isSaid(state, who, SAID_BY[what], at))
    .reduce(
      (seen, notice) => withNotice(seen, { ...notice, by: null }),
      wanting(next, refresh ? 'refresh' : 'nothing'),
    )
}

/** Whoever has just joined is here: that need not be said as well. Nor that they are away, of those who left. */
const SAID_BY: Readonly<Record<'online' | 'offline', readonly Notice['what'][]>> = {
  online: ['joined'],
  offline: ['left', 'kicked', 'banned', 'deleted'],
}
const MOMENT_MS = 5_000

function isSaid(state: FeedState, who: string, by: readonly Notice['what'][], at: string): boolean {
  return state.entries.some(
    (entry) =>
      entry.kind === 'notice' &&
      entry.notice.who === who &&
      by.includes(entry.notice.what) &&
      Math.abs(Date.parse(at) - Date.parse(entry.notice.at)) < MOMENT_MS,
  )
}

function withNotice(state: FeedState, notice: Notice): FeedState {
  if (state.later !== null) return state
  if (state.entries.some((entry) => entry.kind === 'notice' && entry.notice.id === notice.id)) return state
  return { ...state, entries: [...state.entries, { kind: 'notice', notice }] }
}

type MemberInRoom = Member & { readonly room?: { readonly memberCount: number } }

function withMember(state: FeedState, { room, ...member }: MemberInRoom): FeedState {
  return {
    ...withPeople(state, [member.user]),
    members: new Map(state.members).set(member.user.id, member),
    room: room ? { ...state.room, memberCount: room.memberCount } : state.room,
  }
}

function wanting(state: FeedState, wants: FeedState['wants']): FeedState {
  const isStronger = wants === 'reset' || (wants === 'refresh' && state.wants === 'nothing')
  return isStronger ? { ...state, wants } : state
}
