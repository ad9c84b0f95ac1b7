// What a line of the feed can set in motion. It never changes while a room is open, so no line is drawn anew for it.
import { createContext, useContext } from 'react'

import type { Message, Person } from './state'

export type FeedTools = {
  react(message: Message, emoji: string, isWanted: boolean): void
  reply(message: Message): void
  edit(message: Message | null): void
  remove(message: Message): void
  whisper(person: Person): void
  copyLink(message: Message): void
  jump(message: string): void
  /** The feed, or the box, has the keyboard again. */
  focus(message: string): void
}

export const FeedToolsContext = createContext<FeedTools | null>(null)

export function useFeedTools(): FeedTools {
  const tools = useContext(FeedToolsContext)
  if (!tools) throw new Error('No feed is around this.')
  return tools
}

/** What the viewer may do with one message. */
export type Abilities = {
  readonly canWrite: boolean
  readonly canEdit: boolean
  readonly canDelete: boolean
  readonly canWhisper: boolean
}
