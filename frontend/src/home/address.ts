// What somebody types or pastes to say which room they mean: its address, or a link to it.

export type Wanted =
  | { readonly kind: 'nothing' }
  /** A link to a room here, maybe with an invitation. */
  | { readonly kind: 'link'; readonly path: string }
  | { readonly kind: 'address'; readonly address: string }
  /** No room can have such an address. */
  | { readonly kind: 'slash' | 'long' }

const MAX_LENGTH = 64

export function wantedBy(text: string, origin: string): Wanted {
  const typed = text.trim()
  if (!typed) return { kind: 'nothing' }
  const path = pathOf(typed, origin)
  if (path) return { kind: 'link', path }
  if (typed.includes('/')) return { kind: 'slash' }
  // The server counts characters, not the halves of them that JavaScript does.
  return [...typed].length > MAX_LENGTH ? { kind: 'long' } : { kind: 'address', address: typed }
}

function pathOf(text: string, origin: string): string | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return url.origin === origin && /^\/rooms\/[^/]+$/.test(url.pathname) ? url.pathname + url.search : null
}
