// What a room shows, as a value: a snapshot of it, and what is made of one by the answers to other questions. What the
// stream makes of it is in events.ts.

import type {
  Departure,
  MemberFieldsFragment,
  MessageFieldsFragment,
  MessagePageFragment,
  PersonFragment,
  ProblemFieldsFragment,
  RoomEventFieldsFragment,
  RoomEventsSubscription,
  RoomHeadFragment,
  RoomMineFragment,
  RoomMomentQuery,
  RoomSnapshotQuery,
} from '../../api/generated'
import { Layers } from './Layers'

export type Message = MessageFieldsFragment
export type Person = PersonFragment
export type Member = MemberFieldsFragment
export type Frame = RoomEventsSubscription['roomEvents']
export type Snapshot = NonNullable<RoomSnapshotQuery['room']>
export type Moment = NonNullable<RoomMomentQuery['room']>
export type OnlineChanged = Extract<RoomEventFieldsFragment, { __typename: 'OnlineChanged' }>

/** Something that happened between the messages: dated, and gone when the page is. */
export type Notice = {
  readonly id: string
  readonly at: string
  readonly what: 'online' | 'offline' | 'joined' | 'left' | 'kicked' | 'banned' | 'deleted' | 'renamed'
  /** Of a person; of a room that has another name, whoever gave it. */
  readonly who: string | null
  readonly by: string | null
  /** The new name of the room. */
  readonly title?: string
}

export type Entry =
  | { readonly kind: 'message'; readonly id: string }
  | { readonly kind: 'notice'; readonly notice: Notice }

export type FeedState = {
  /** Where we are in the room's log: all that has to be remembered to go on. */
  readonly cursor: string
  readonly room: RoomHeadFragment
  readonly mine: RoomMineFragment | null
  /** Everybody who is named below, as they are called now. */
  readonly people: ReadonlyMap<string, Person>
  /** All that is shown, and what was told of others meanwhile: a page may be older than that. */
  readonly messages: Layers<string, Message>
  /** The oldest first. */
  readonly entries: readonly Entry[]
  /** What the viewer has reacted with, by message: true for each emoji, false for one that was taken back. */
  readonly reacted: Layers<string, ReadonlyMap<string, boolean>>
  /** Where older messages begin; null when these are the first. */
  readonly earlier: string | null
  /** Where newer messages go on; null when these are the last, and live ones follow. */
  readonly later: string | null
  /** Messages that came live while there is a gap above them, which is filled first. */
  readonly heldBack: readonly string[]
  /** As the log told of them: by person. Who is not here is as they were when they were asked for. */
  readonly members: ReadonlyMap<string, Member>
  /** Since when, by person. */
  readonly online: ReadonlyMap<string, string>
  /** People's ids. */
  readonly typing: readonly string[]
  /** `refresh`: what is of the moment must be asked for. `reset`: a new snapshot must be taken. */
  readonly wants: 'nothing' | 'refresh' | 'reset'
  /** How the viewer ceased to be a member, if they did. */
  readonly departure: { readonly how: Departure; readonly by: Person | null } | null
  /** Why the stream has ended for good. */
  readonly ended: ProblemFieldsFragment | null
}

export function fromSnapshot(room: Snapshot): FeedState {
  const { id, address, title, topic, isPrivate, memberCount, onlineCount } = room
  const empty: FeedState = {
    cursor: room.cursor,
    room: { id, address, title, topic, isPrivate, memberCount, onlineCount },
    mine: room.viewer,
    people: new Map(),
    messages: new Layers(),
    entries: [],
    reacted: new Layers(),
    earlier: null,
    later: null,
    heldBack: [],
    members: new Map(),
    online: new Map(),
    typing: [],
    wants: 'nothing',
    departure: null,
    ended: null,
  }
  const begun = withEarlier(withMoment(empty, room), room.messages)
  const { hasNextPage, endCursor } = room.messages.pageInfo
  return { ...begun, later: hasNextPage ? endCursor : null }
}

/** A page of history above what is there. */
export function withEarlier(state: FeedState, page: MessagePageFragment): FeedState {
  const { state: next, entries } = merged(state, page)
  const { hasPreviousPage, startCursor } = page.pageInfo
  return { ...next, entries: [...entries, ...state.entries], earlier: hasPreviousPage ? startCursor : null }
}

/** A page of history below what is there, when it was opened in the middle. With the last one come those held back. */
export function withLater(state: FeedState, page: MessagePageFragment): FeedState {
  const { state: next, entries } = merged(state, page)
  const { hasNextPage, endCursor } = page.pageInfo
  const below = [...state.entries, ...entries]
  if (hasNextPage) return { ...next, entries: below, later: endCursor }
  const shown = shownIn(below)
  const rest = state.heldBack.filter((id) => !shown.has(id)).map((id) => ({ kind: 'message', id }) as const)
  return { ...next, entries: [...below, ...rest], later: null, heldBack: [] }
}

/**
 * Who is online now, and what the room is to the viewer. `meanwhile` is what was told between question and answer,
 * which may be older or newer than the answer: applied to it once more, it changes nothing or what it has to.
 */
export function withMoment(
  state: FeedState,
  moment: Pick<Moment, 'onlineCount' | 'online' | 'viewer'>,
  meanwhile: readonly OnlineChanged[] = [],
): FeedState {
  const present = moment.online.nodes
  const online = meanwhile.reduce(roster, new Map(present.map(({ user, since }) => [user.id, since])))
  const onlineCount = meanwhile.at(-1)?.onlineCount ?? moment.onlineCount
  const people = withNames(
    state.people,
    present.map(({ user }) => user),
  )
  return { ...state, room: { ...state.room, onlineCount }, online, people, mine: moment.viewer ?? state.mine }
}

/** A message as a mutation's answer has it, and what the viewer has reacted to it with, if that was asked. */
export function withAnswer(state: FeedState, message: Message, reactions?: readonly string[]): FeedState {
  const next = withMessage(state, message)
  if (!reactions || next.messages.get(message.id) !== message) return next
  const mine = new Map(reactions.map((emoji) => [emoji, true]))
  return { ...next, reacted: state.reacted.with([[message.id, mine]]) }
}

function merged(state: FeedState, page: MessagePageFragment): { state: FeedState; entries: Entry[] } {
  const messages: [string, Message][] = []
  const reacted: [string, ReadonlyMap<string, boolean>][] = []
  const shown = shownIn(state.entries)
  const entries: Entry[] = []
  for (const { viewer, ...message } of page.nodes) {
    const { id } = message
    const known = state.messages.get(id)
    const told = state.reacted.get(id)
    const mine = (viewer?.reactions ?? []).map((emoji) => [emoji, true] as const)
    const isNewer = !known || known.version <= message.version
    if (isNewer) messages.push([id, message])
    // The stream was faster than the page: what it told goes on top of what was before.
    if (isNewer || !shown.has(id)) reacted.push([id, new Map(isNewer ? mine : [...mine, ...(told ?? [])])])
    if (!shown.has(id)) entries.push({ kind: 'message', id })
  }
  // The log tells of another name; a page may be from before.
  const unknown = page.nodes.flatMap(named).filter(({ id }) => !state.people.has(id))
  const people = withNames(state.people, unknown)
  const next = { messages: state.messages.with(messages), reacted: state.reacted.with(reacted), people }
  return { state: { ...state, ...next }, entries }
}

function shownIn(entries: readonly Entry[]): Set<string> {
  return new Set(entries.flatMap((entry) => (entry.kind === 'message' ? [entry.id] : [])))
}

export function withMessage(state: FeedState, message: Message): FeedState {
  const known = state.messages.get(message.id)
  if (known && known.version > message.version) return state
  return { ...withPeople(state, named(message)), messages: state.messages.with([[message.id, message]]) }
}

export function roster(
  online: ReadonlyMap<string, string>,
  { joined, left }: OnlineChanged,
): Map<string, string> {
  const next = new Map(online)
  for (const { user, since } of joined) next.set(user.id, since)
  for (const { id } of left) next.delete(id)
  return next
}

export function withPeople(state: FeedState, named: readonly Person[]): FeedState {
  return { ...state, people: withNames(state.people, named) }
}

function withNames(
  people: ReadonlyMap<string, Person>,
  named: readonly Person[],
): ReadonlyMap<string, Person> {
  const news = named.filter((person) => !isSame(people.get(person.id), person))
  return news.length ? new Map([...people, ...news.map((person) => [person.id, person] as const)]) : people
}

function isSame(a: Person | undefined, b: Person): boolean {
  return (
    a !== undefined &&
    a.username === b.username &&
    a.displayName === b.displayName &&
    a.avatarUrl === b.avatarUrl &&
    a.deletedAt === b.deletedAt
  )
}

function named(message: Message): Person[] {
  return message.replyTo ? [message.author, message.replyTo.author] : [message.author]
}
