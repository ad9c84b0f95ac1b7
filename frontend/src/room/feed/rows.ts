// What stands in the feed, line by line: days, messages in groups, notices (folded where they are many), the line
// above what is unread, and, at their time, what no log has: whispers, and messages that are still on their way.
import type { WhisperFieldsFragment } from '../../api/generated'
import type { Pending } from '../../outbox/outbox'
import type { FeedState, Message, Notice } from './state'

export type Row =
  | { readonly kind: 'start'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly at: Date }
  | { readonly kind: 'unread'; readonly key: string }
  | { readonly kind: 'message'; readonly key: string; readonly isFirst: boolean }
  | { readonly kind: 'notices'; readonly key: string; readonly notices: readonly Notice[] }
  | { readonly kind: 'whisper'; readonly key: string; readonly whisper: WhisperFieldsFragment }
  | { readonly kind: 'pending'; readonly key: string; readonly pending: Pending; readonly isFirst: boolean }

/** So many notices in a row are shown each; more are one line that can be opened. */
export const NOTICES_SHOWN = 3
const GROUP_MS = 5 * 60_000
/** Characters of a moment up to its minute; most are of the same, and need not be read as dates. */
const MINUTE = 16

type Shown = Pick<FeedState, 'entries' | 'earlier' | 'later'> & {
  readonly messages: ReadonlyMap<string, Message>
}

export function rowsOf(
  { entries, messages, earlier, later }: Shown,
  whispers: readonly WhisperFieldsFragment[],
  pending: readonly Pending[],
  viewer: string,
  unreadAfter: string | null,
): Row[] {
  const rows: Row[] = earlier === null ? [{ kind: 'start', key: 'start' }] : []
  let day = NO_DAY
  let author = ''
  let spoken = ''
  let notices: Notice[] | null = null
  let isUnread = false
  // Those from before what is shown come with an earlier page.
  const begunAt = earlier === null ? '' : firstAt(entries, messages)
  const waiting = whispers.filter(({ sentAt }) => sentAt >= begunAt)

  /** A new line of that moment: its day goes above it, and what is folded ends. */
  const begin = (at: string, by = '') => {
    // The clocks of this device and of the server may not agree on where a day ends: no day comes twice.
    const isNewDay = at >= day.until
    if (isNewDay) {
      day = dayOf(at)
      rows.push({ kind: 'day', key: `day ${day.from}`, at: new Date(at) })
    }
    const isFirst = isNewDay || by === '' || by !== author || isLongAfter(spoken, at)
    author = by
    spoken = at
    notices = null
    return isFirst
  }
  const whisperUntil = (at: string | null) => {
    while (waiting[0] && (at === null || waiting[0].sentAt < at)) {
      const whisper = waiting.shift()!
      begin(whisper.sentAt)
      rows.push({ kind: 'whisper', key: `whisper ${whisper.id}`, whisper })
    }
  }

  for (const entry of entries) {
    if (entry.kind === 'notice') {
      const { notice } = entry
      whisperUntil(notice.at)
      if (notices && isComingOrGoing(notice)) notices.push(notice)
      else {
        begin(notice.at)
        const line = [notice]
        rows.push({ kind: 'notices', key: notice.id, notices: line })
        if (isComingOrGoing(notice)) notices = line
      }
      continue
    }
    const message = messages.get(entry.id)
    if (!message) continue
    whisperUntil(message.sentAt)
    const isFirst = begin(message.sentAt, message.author.id)
    if (isUnread) rows.push({ kind: 'unread', key: 'unread' })
    rows.push({ kind: 'message', key: entry.id, isFirst: isFirst || isUnread })
    isUnread = entry.id === unreadAfter
  }
  if (later !== null) return rows
  whisperUntil(null)
  for (const each of pending) {
    const isFirst = begin(each.at, viewer)
    rows.push({ kind: 'pending', key: `pending ${each.key}`, pending: each, isFirst })
  }
  return rows
}

function isLongAfter(before: string, at: string): boolean {
  const isSameMinute = before.startsWith(at.slice(0, MINUTE))
  return !isSameMinute && Date.parse(at) - Date.parse(before) > GROUP_MS
}

type Day = { readonly from: string; readonly until: string }

const NO_DAY: Day = { from: '', until: '' }

/** Of this place, in the form of all moments, so that they can be compared as they are. */
function dayOf(at: string): Day {
  const midnight = new Date(at)
  midnight.setHours(0, 0, 0, 0)
  const from = midnight.toISOString()
  midnight.setDate(midnight.getDate() + 1)
  return { from, until: midnight.toISOString() }
}

/** Only what happens every day is folded with others like it. */
function isComingOrGoing({ what }: Notice): boolean {
  return what !== 'renamed' && what !== 'kicked' && what !== 'banned'
}

function firstAt(entries: Shown['entries'], messages: Shown['messages']): string {
  const first = entries[0]
  if (!first) return ''
  return first.kind === 'notice' ? first.notice.at : (messages.get(first.id)?.sentAt ?? '')
}

/** Which row to begin at: the message that was asked for, if it is here, else the line; none is the end. */
export function beginning(rows: readonly Row[], asked: string | undefined): Row | undefined {
  return rows.find(({ key }) => key === asked) ?? rows.find(({ kind }) => kind === 'unread')
}

/** How many messages of others stand after this one. */
export function unreadCount({ entries, messages }: Shown, seen: string | null, viewer: string): number {
  let count = 0
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index]
    if (entry?.kind !== 'message') continue
    if (entry.id === seen) break
    if (messages.get(entry.id)?.author.id !== viewer) count++
  }
  return count
}

/** The last message that the log has. */
export function lastMessage({ entries }: Pick<Shown, 'entries'>): string | null {
  const last = entries.findLast((entry) => entry.kind === 'message')
  return last?.kind === 'message' ? last.id : null
}
