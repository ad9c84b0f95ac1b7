// What has been written and is not acknowledged yet, and how it is known again when the room's log tells of it.
import type { AttachmentFieldsFragment, QuotedFragment } from '../api/generated'

export type Draft = {
  readonly room: string
  readonly body: string
  readonly replyTo: QuotedFragment | null
  readonly attachments: readonly AttachmentFieldsFragment[]
}

export type Pending = Draft & {
  readonly key: string
  readonly at: string
  /** `waiting` for its turn, for the network, or for the server to have time. */
  readonly state: 'waiting' | 'sending' | 'refused'
  /** Why it was refused. */
  readonly detail?: string
  /** Its id in the room's log, once we know: from then on the log shows it. */
  readonly message?: string
}

/** As much of a message of the log as tells whether it is one of these. */
export type Arrived = {
  readonly id: string
  readonly body: string
  readonly author: { readonly id: string }
  readonly replyTo: { readonly id: string } | null
  readonly attachments: readonly { readonly id: string }[]
}

/** Whether the room's log shows it already. */
export function hasArrived({ message }: Pending, messages: ReadonlyMap<string, unknown>): boolean {
  return message !== undefined && messages.has(message)
}

/** Whether the log's message may be this one: it says the same. */
export function isOf(entry: Pending, room: string, message: Arrived): boolean {
  return (
    entry.message === undefined &&
    entry.state !== 'refused' &&
    entry.room === room &&
    entry.body === message.body &&
    (entry.replyTo?.id ?? null) === (message.replyTo?.id ?? null) &&
    entry.attachments.length === message.attachments.length &&
    entry.attachments.every(({ id }, index) => id === message.attachments[index]?.id)
  )
}

export function byAge(a: Pending, b: Pending): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : 0
}
