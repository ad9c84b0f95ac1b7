// Addresses of the web and of mail, as people write them: with what stands before and behind them in a sentence.
import { DOMAINS } from './domains'

export type Link = { readonly text: string; readonly href: string }

const WORDS = /[^\s<>"«»“”]+/gu
const SCHEME = /https?:\/\/[^\s/?#]/i
const OPENING = /^[([{'‘„*_~]+/u
const CLOSING = new Set(".,:;!?'’…*_~،؛؟)]}")
const BRACKETS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }
const HOST =
  /^(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*)\.)+([\p{L}\p{M}]{2,}|xn--[a-z\d-]+)(?![\p{L}\p{M}\p{N}@.-])/iu
const PLACE = /^(?::\d{1,5})?(?:[/?#]|$)/
const MAILBOX = /^[\p{L}\p{M}\p{N}._%+-]+@/u

/** In the order in which they stand there; all the rest is text. */
export function linked(body: string): (string | Link)[] {
  const parts: (string | Link)[] = []
  let end = 0
  for (const { 0: word, index } of body.matchAll(WORDS)) {
    const found = linkIn(word)
    if (!found) continue
    const start = index + found.at
    if (start > end) parts.push(body.slice(end, start))
    parts.push({ text: found.text, href: found.href })
    end = start + found.text.length
  }
  if (end < body.length) parts.push(body.slice(end))
  return parts
}

type Found = Link & { readonly at: number }

function linkIn(word: string): Found | undefined {
  const scheme = word.search(SCHEME)
  const at = scheme < 0 ? (OPENING.exec(word)?.[0].length ?? 0) : scheme
  const text = ended(word.slice(at))
  if (scheme >= 0) return URL.canParse(text) ? { at, text, href: text } : undefined
  const mailbox = MAILBOX.exec(text)?.[0] ?? ''
  const host = hostOf(text.slice(mailbox.length))
  if (!host) return undefined
  const whole = text.slice(0, mailbox.length + host.length)
  if (mailbox) return { at, text: whole, href: `mailto:${whole}` }
  const place = PLACE.test(text.slice(host.length)) ? text : host
  return URL.canParse(`https://${place}`) ? { at, text: place, href: `https://${place}` } : undefined
}

/** What ends the sentence, or the brackets around it, is not a part of it. */
function ended(text: string): string {
  const unopened = new Map(
    Object.entries(BRACKETS).map(([closing, opening]) => [
      closing,
      text.split(closing).length - text.split(opening).length,
    ]),
  )
  let end = text.length
  for (let last = text.at(-1) ?? ''; CLOSING.has(last); last = text[--end - 1] ?? '') {
    const left = unopened.get(last)
    if (left === undefined) continue
    if (left <= 0) break
    unopened.set(last, left - 1)
  }
  return text.slice(0, end)
}

/** A name with a dot is no host yet: `node.js` is none. */
function hostOf(text: string): string | undefined {
  const [host, domain] = HOST.exec(text) ?? []
  if (!host || !domain) return undefined
  const isKnown = DOMAINS.has(domain.toLowerCase()) || /^xn--/i.test(domain) || /^www\../i.test(host)
  return isKnown ? host : undefined
}
