// What a subscription has received so far, as one value to show: GraphiQL itself shows only the last
// result, and a resumed stream delivers many at once.

/** Results kept. The page redraws all of them each time. */
export const KEPT = 50
/** Milliseconds between redraws: a burst of a thousand events is a few redraws. */
export const REDRAW_MS = 50

export class Transcript {
  readonly #show: (value: unknown) => void
  #received = 0
  #newestFirst: unknown[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(show: (value: unknown) => void) {
    this.#show = show
  }

  add(result: unknown): void {
    this.#received += 1
    this.#newestFirst = [result, ...this.#newestFirst].slice(0, KEPT)
    this.#timer ??= setTimeout(() => this.#draw(), REDRAW_MS)
  }

  end(ended: string): void {
    this.#draw(ended)
  }

  /** Shows nothing more. */
  abandon(): void {
    clearTimeout(this.#timer)
  }

  #draw(ended?: string): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#show({
      ...(ended && { ended }),
      received: this.#received,
      newestFirst: this.#newestFirst,
    })
  }
}
