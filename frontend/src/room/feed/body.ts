// What a message says, cut into what is shown each in its own way: words, links, and people who are named.
import { fold } from '../../i18n/fold'
import { linked } from './links'

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly person: string }

export type Mentioned = { readonly id: string; readonly username: string }

const NAME = /@[\p{L}\p{M}\p{N}._\u200c-]+/gu

export function partsOf(body: string, mentions: readonly Mentioned[]): Part[] {
  return linked(body).flatMap((part): Part[] =>
    typeof part === 'string' ? withMentions(part, mentions) : [{ kind: 'link', ...part }],
  )
}

function withMentions(text: string, mentions: readonly Mentioned[]): Part[] {
  if (!mentions.length) return [{ kind: 'text', text }]
  const parts: Part[] = []
  let end = 0
  for (const { index, 0: found } of text.matchAll(NAME)) {
    // A name ends in no sign: the full stop behind it is of the sentence.
    const name = found.replace(/[._-]+$/, '')
    const person = mentions.find(({ username }) => fold(username) === fold(name.slice(1)))
    if (!person) continue
    if (index > end) parts.push({ kind: 'text', text: text.slice(end, index) })
    parts.push({ kind: 'mention', text: name, person: person.id })
    end = index + name.length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}
