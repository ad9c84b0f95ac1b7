// What a message says, cut into what is shown each in its own way: words, links, and people who are named.
import { tokenize } from 'linkifyjs'

import { fold } from '../../i18n/fold'

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly person: string }

export type Mentioned = { readonly id: string; readonly username: string }

/** Nothing else is ever followed by a click, whatever somebody writes. */
const SAFE = /^(https?:\/\/|mailto:)/i
const NAME = /@[\p{L}\p{M}\p{N}._\u200c-]+/gu

export function partsOf(body: string, mentions: readonly Mentioned[]): Part[] {
  return tokenize(body).flatMap((token): Part[] => {
    const text = token.toString()
    const href = token.isLink ? token.toHref('https') : ''
    return SAFE.test(href) ? [{ kind: 'link', text, href }] : withMentions(text, mentions)
  })
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
