// What becomes of a text before it is sent, and how long it may be.

export const BODY_MAX = 4_000
/** From here on it is said how much is left. */
const NEAR = 200

/** Without the empty lines before it, and what is not seen behind it. */
export function bodyOf(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, '').trimEnd()
}

/** How many characters may follow; null while that is of no interest. The server counts code points. */
export function charactersLeft(text: string): number | null {
  if (text.length <= BODY_MAX - NEAR) return null
  let length = 0
  for (const _ of text) length++
  return length > BODY_MAX - NEAR ? BODY_MAX - length : null
}
