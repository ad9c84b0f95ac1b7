// What is pending, over a reload: each entry is an item of the storage of its own, so that two pages of one person
// never write over each other's.
import { byAge, type Pending } from './pending'

export type OutboxStorage = Pick<Storage, 'length' | 'key' | 'getItem' | 'setItem' | 'removeItem'>

const PREFIX = 'chaikhana.outbox.'

export class Kept {
  readonly #storage: OutboxStorage
  readonly #prefix: string

  constructor(storage: OutboxStorage, viewer: string) {
    this.#storage = storage
    this.#prefix = `${PREFIX}${viewer}.`
  }

  keep({ message: _, ...entry }: Pending): void {
    try {
      this.#storage.setItem(this.#prefix + entry.key, JSON.stringify(entry))
    } catch {
      // The storage is full: it is sent all the same, if the page stays open for so long.
    }
  }

  forget(key: string): void {
    this.#storage.removeItem(this.#prefix + key)
  }

  all(): Pending[] {
    const places = Array.from({ length: this.#storage.length }, (_, index) => this.#storage.key(index))
    return places
      .filter((place) => place?.startsWith(this.#prefix))
      .flatMap((place) => parsed(this.#storage.getItem(place!)) ?? [])
      .sort(byAge)
  }

  /** Which entry has its place there, if it is one of this person's. */
  keyOf(place: string | null): string | undefined {
    return place?.startsWith(this.#prefix) ? place.slice(this.#prefix.length) : undefined
  }
}

export function parsed(value: string | null): Pending | undefined {
  try {
    const entry = JSON.parse(value ?? 'null') as Pending | null
    return entry?.state === 'sending' ? { ...entry, state: 'waiting' } : (entry ?? undefined)
  } catch {
    return undefined // written by something else
  }
}
