// Tells the room that somebody types: again before it forgets, and no more often than that.

/** The server forgets after six seconds. */
export const AGAIN_MS = 4_000

export class Typing {
  readonly #tell: (typing: boolean) => void
  #toldAt: number | null = null

  constructor(tell: (typing: boolean) => void) {
    this.#tell = tell
  }

  typed(): void {
    const now = Date.now()
    if (this.#toldAt !== null && now - this.#toldAt < AGAIN_MS) return
    this.#toldAt = now
    this.#tell(true)
  }

  /** Nothing is left of it, or one has gone elsewhere. */
  stopped(): void {
    if (this.#toldAt === null) return
    this.#toldAt = null
    this.#tell(false)
  }

  /** A message says by itself that one has stopped. */
  sent(): void {
    this.#toldAt = null
  }
}
