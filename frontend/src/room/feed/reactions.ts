// Reactions as the viewer wants them to be: what the server says, and on top what they have just clicked.

import type { ReactorFragment } from '../../api/generated'
import { createStore, type Store } from '../../api/store'
import type { Message } from './state'

export type Marks = ReadonlyMap<string, boolean>

export type Reactor = ReactorFragment

export type Shown = {
  readonly emoji: string
  readonly count: number
  readonly isMine: boolean
  /** Of those who are named; the viewer is told of by `isMine`. */
  readonly people: readonly Reactor[]
}

const NONE: Marks = new Map()

/** `mine` is what the server knows of the viewer, `wishes` what it was asked to make of it and has not answered. */
export function reactionsOf(
  message: Pick<Message, 'reactions'>,
  viewer: string,
  mine: Marks = NONE,
  wishes: Marks = NONE,
): Shown[] {
  const told = message.reactions.map(({ emoji, count, users }) => {
    const was = mine.get(emoji) === true
    const isMine = wishes.get(emoji) ?? was
    const people = users.filter(({ id }) => id !== viewer)
    return { emoji, count: count + Number(isMine) - Number(was), isMine, people }
  })
  const known = new Set(told.map(({ emoji }) => emoji))
  const added = [...wishes]
    .filter(([emoji, isWanted]) => isWanted && !known.has(emoji))
    .map(([emoji]) => ({ emoji, count: 1, isMine: true, people: [] }))
  return [...told.filter(({ count }) => count > 0), ...added]
}

/** What was clicked and is not answered yet, by message. */
export type Wishes = Store<ReadonlyMap<string, Marks>>

export function createWishes(): Wishes {
  return createStore<ReadonlyMap<string, Marks>>(new Map())
}

export function wish(wishes: Wishes, message: string, emoji: string, isWanted: boolean): void {
  const all = new Map(wishes.get())
  wishes.set(all.set(message, new Map(all.get(message)).set(emoji, isWanted)))
}

/** It came true or it did not; a later click on the same stays. */
export function unwish(wishes: Wishes, message: string, emoji: string, wasWanted: boolean): void {
  const all = new Map(wishes.get())
  const left = new Map(all.get(message))
  if (left.get(emoji) !== wasWanted) return
  left.delete(emoji)
  if (left.size) all.set(message, left)
  else all.delete(message)
  wishes.set(all)
}
