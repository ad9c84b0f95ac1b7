// What the viewer has written and the server has not acknowledged yet. It is shown at once, kept over a reload, and
// sent in order for each room, as often as needed: the key makes sure that it is said once.
import type { Outcome } from '../api/act'
import { ANSWER_MS } from '../api/fetchInTime'
import { createStore } from '../api/store'
import { Kept, type OutboxStorage, parsed } from './kept'
import { newKey } from './key'
import { type Arrived, byAge, type Draft, isOf, type Pending } from './pending'

export type Post = (entry: Pending) => Promise<Outcome<{ readonly message: { readonly id: string } }>>

/** More than this waits for nobody: whoever writes on while nothing is sent is told so. */
export const PENDING_MAX = 100
/** What another page of this person has not got rid of in this time is sent by this one too: it may be closed. */
export const TAKE_OVER_MS = 5_000
/** How long an acknowledged message that no open room has received yet is shown from here. */
export const LINGER_MS = 60_000
const LONGEST_WAIT_MS = 15_000

export class Outbox {
  /** In the order in which they are sent. */
  readonly pending = createStore<readonly Pending[]>([])

  readonly #post: Post
  readonly #storage: OutboxStorage
  readonly #now: () => Date
  #viewer = ''
  #kept: Kept
  #round = 0
  /** Rooms in which something is being sent. */
  #busy = new Set<string>()
  /** Keys of what the server may have, because it was sent to it before. */
  #tried = new Set<string>()
  #acknowledged = new Set<string>()
  /** Keys of what another page has written, and may be sending. */
  #others = new Set<string>()
  #sleepers = new Set<() => void>()

  constructor(post: Post, storage: OutboxStorage, now = () => new Date()) {
    this.#post = post
    this.#storage = storage
    this.#now = now
    this.#kept = new Kept(storage, '')
  }

  /** Go on with what this person had not sent. It goes on until somebody else opens it, or it is closed. */
  open(viewer: string): void {
    this.close()
    this.#viewer = viewer
    this.#kept = new Kept(this.#storage, viewer)
    const found = this.#kept.all()
    for (const { key } of found) this.#tried.add(key)
    this.pending.set(found)
    this.#deliverAll()
  }

  close(): void {
    this.#round++
    this.#viewer = ''
    for (const keys of [this.#busy, this.#tried, this.#acknowledged, this.#others]) keys.clear()
    this.wake()
    this.pending.set([])
  }

  /** Whether it is this person whose messages it takes. */
  isOpenFor(viewer: string): boolean {
    return this.#viewer === viewer
  }

  /** Whether there was room for it, and anybody here to send it. */
  send(draft: Draft): boolean {
    if (!this.#viewer || this.pending.get().length - this.#acknowledged.size >= PENDING_MAX) return false
    this.#put({ ...draft, key: newKey(), at: this.#moment(), state: 'waiting' })
    return true
  }

  /** Once more, as the last one of its room, with the same key. */
  retry(key: string): void {
    const entry = this.#find(key)
    if (entry?.state !== 'refused') return
    const { detail: _, message: __, ...rest } = entry
    this.pending.set(this.#without(key))
    this.#put({ ...rest, at: this.#moment(), state: 'waiting' })
  }

  /** What is on its way cannot be taken back. */
  discard(key: string): void {
    const entry = this.#find(key)
    if (!entry || entry.state === 'sending') return
    this.#kept.forget(key)
    this.#forget(key)
  }

  /** The network may be back: try now what waits for it. */
  wake(): void {
    for (const wake of [...this.#sleepers]) wake()
  }

  /**
   * A room's log has told of a message. It may come before the answer, or when the answer was lost: then the message
   * is known again by what it says, and a wrong guess between equal ones looks the same.
   */
  arrived(room: string, message: Arrived): void {
    if (message.author.id !== this.#viewer) return
    const known = this.pending.get().find((entry) => entry.message === message.id)
    const entry = this.pending.get().find((each) => this.#tried.has(each.key) && isOf(each, room, message))
    if (known && this.#acknowledged.has(known.key)) this.#forget(known.key)
    else if (!known && entry) this.#change(entry.key, { message: message.id })
  }

  /** Another page of this person has written, or got rid of, an entry. */
  stored(place: string | null, value: string | null): void {
    const key = this.#viewer && this.#kept.keyOf(place)
    if (!key) return
    const entry = parsed(value)
    if (!entry) {
      this.#forget(key)
      return
    }
    this.#tried.add(key)
    this.#others.add(key)
    this.pending.set([...this.#without(key), entry].sort(byAge))
    const round = this.#round
    setTimeout(() => {
      if (round !== this.#round) return
      this.#others.delete(key)
      this.#deliverAll()
    }, TAKE_OVER_MS)
  }

  #put(entry: Pending): void {
    this.pending.set([...this.pending.get(), entry])
    this.#kept.keep(entry)
    void this.#deliver(entry.room)
  }

  #deliverAll(): void {
    for (const room of new Set(this.pending.get().map((entry) => entry.room))) void this.#deliver(room)
  }

  /** One after the other: the next is not begun before the one above it is acknowledged, or refused. */
  async #deliver(room: string): Promise<void> {
    if (this.#busy.has(room)) return
    const round = this.#round
    this.#busy.add(room)
    let failures = 0
    for (let entry = this.#next(room); entry; entry = this.#next(room)) {
      const wait = await this.#attempt(entry, failures, round)
      if (round !== this.#round) return
      failures = wait ? failures + 1 : 0
      if (wait) await this.#sleep(wait)
      if (round !== this.#round) return
    }
    this.#busy.delete(room)
  }

  #next(room: string): Pending | undefined {
    return this.pending
      .get()
      .find(
        (entry) =>
          entry.room === room &&
          entry.state !== 'refused' &&
          !this.#acknowledged.has(entry.key) &&
          !this.#others.has(entry.key),
      )
  }

  /** For how long to wait before the next attempt; nothing if this one is settled. */
  async #attempt(entry: Pending, failures: number, round: number): Promise<number | undefined> {
    const { key } = entry
    this.#change(key, { state: 'sending' })
    this.#tried.add(key)
    const { payload, problem } = await inTime(this.#post(entry))
    if (round !== this.#round) return undefined
    if (payload) {
      this.#acknowledge(key, payload.message.id)
      return undefined
    }
    switch (problem.code) {
      case 'RATE_LIMITED':
        this.#change(key, { state: 'waiting' })
        return problem.retryAfterMs ?? 1_000
      // Who is logged out may log in again, with the same page or another.
      case 'UNAUTHENTICATED':
      case 'UNREACHABLE':
        this.#change(key, { state: 'waiting' })
        return Math.min(LONGEST_WAIT_MS, 500 * 2 ** failures)
      default:
        this.#refuse(key, problem.detail)
        return undefined
    }
  }

  #acknowledge(key: string, message: string): void {
    this.#kept.forget(key)
    const entry = this.#find(key)
    if (!entry) return
    if (entry.message === message) {
      this.#forget(key) // the log has shown it already
      return
    }
    this.#acknowledged.add(key)
    this.#change(key, { message })
    const round = this.#round
    setTimeout(() => round === this.#round && this.#forget(key), LINGER_MS)
  }

  #refuse(key: string, detail: string): void {
    const entry = this.#find(key)
    if (!entry) return
    const { message: _, ...rest } = entry
    const refused = { ...rest, state: 'refused', detail } as const
    this.pending.set(this.pending.get().map((each) => (each.key === key ? refused : each)))
    this.#kept.keep(refused)
  }

  /** Nothing happens to what is not there any more. */
  #change(key: string, change: Partial<Pending>): void {
    this.pending.set(this.pending.get().map((entry) => (entry.key === key ? { ...entry, ...change } : entry)))
  }

  #forget(key: string): void {
    this.#acknowledged.delete(key)
    this.#others.delete(key)
    this.#tried.delete(key)
    this.pending.set(this.#without(key))
  }

  #find(key: string): Pending | undefined {
    return this.pending.get().find((entry) => entry.key === key)
  }

  #without(key: string): readonly Pending[] {
    const entries = this.pending.get()
    return entries.some((entry) => entry.key === key) ? entries.filter((entry) => entry.key !== key) : entries
  }

  /** Later than every other, also when the clock stands still: the order is kept by it. */
  #moment(): string {
    const last = Math.max(...this.pending.get().map(({ at }) => Date.parse(at) + 1), 0)
    return new Date(Math.max(this.#now().getTime(), last)).toISOString()
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer)
        this.#sleepers.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#sleepers.add(wake)
    })
  }
}

async function inTime(answer: ReturnType<Post>): ReturnType<Post> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<Awaited<ReturnType<Post>>>((resolve) => {
    timer = setTimeout(() => resolve({ problem: { code: 'UNREACHABLE', detail: '' } }), ANSWER_MS)
  })
  try {
    return await Promise.race([answer, silence])
  } finally {
    clearTimeout(timer)
  }
}
