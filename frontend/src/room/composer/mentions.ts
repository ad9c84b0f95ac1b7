// Completing @username: where one is being written, who may be meant, and the text with the name in it.
import type { PersonFragment } from '../../api/generated'
import { fold } from '../../i18n/fold'

export type Mention = {
  /** Where the @ stands. */
  readonly start: number
  /** Where the caret does. */
  readonly end: number
  readonly query: string
}

export const SHOWN_MAX = 8
const NAME_MAX = 32
// As the server finds names: letters, marks and digits of any script, and . - _; and the joiner that Persian uses.
const IN_A_NAME = /[\p{L}\p{M}\p{N}._\-\u200c]/u

/** The name that is being written at the caret. */
export function mentionAt(text: string, caret: number): Mention | null {
  const before = [...text.slice(Math.max(0, caret - 2 * NAME_MAX), caret)]
  let length = 0
  for (let index = before.length - 1; index >= 0; index--) {
    const character = before[index]!
    if (character === '@') {
      const previous = before[index - 1]
      if (previous && IN_A_NAME.test(previous)) return null
      const start = caret - length - 1
      return { start, end: caret, query: text.slice(start + 1, caret) }
    }
    if (!IN_A_NAME.test(character)) return null
    length += character.length
  }
  return null
}

/** Those who are here first; in each part, those whose name begins with it first. */
export function matching(
  query: string,
  people: Iterable<PersonFragment>,
  isOnline: (id: string) => boolean,
): PersonFragment[] {
  const wanted = fold(query)
  const found = new Map<string, readonly [number, PersonFragment]>()
  for (const person of people) {
    if (person.deletedAt || found.has(person.id)) continue
    const rank = rankOf(wanted, person)
    if (rank !== null) found.set(person.id, [rank + (isOnline(person.id) ? 0 : 2), person])
  }
  return [...found.values()]
    .sort(([a, first], [b, second]) => a - b || first.username.localeCompare(second.username))
    .slice(0, SHOWN_MAX)
    .map(([, person]) => person)
}

export function withMention(text: string, { start, end }: Mention, username: string) {
  const rest = text.slice(end)
  const head = `${text.slice(0, start)}@${username}${/^\s/.test(rest) ? '' : ' '}`
  return { text: head + rest, caret: head.length + (/^\s/.test(rest) ? 1 : 0) }
}

function rankOf(wanted: string, { username, displayName }: PersonFragment): number | null {
  const words = [fold(username), fold(displayName), ...fold(displayName).split(/\s+/)]
  if (words.some((word) => word.startsWith(wanted))) return 0
  return words.some((word) => word.includes(wanted)) ? 1 : null
}
