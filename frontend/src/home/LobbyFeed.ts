// The list of public rooms for as long as somebody looks at it: read, and kept true by what is told of it.
import { client } from '../api/client'
import { LobbyDocument, LobbyEventsDocument } from '../api/generated'
import { createStore } from '../api/store'
import { EMPTY, type Lobby, type LobbyEvent, withEvent, withPage } from './lobby'

export type LobbyStatus = 'loading' | 'ready' | 'unreachable'

const PAGE = 20
const MAX_PAGE = 100

export class LobbyFeed {
  readonly lobby = createStore<Lobby>(EMPTY)
  readonly status = createStore<LobbyStatus>('loading')

  #matching = ''
  #stop: (() => void) | undefined
  /** The latest reading; those before it are of no use any more. */
  #reading = 0
  #isReading = false
  /** What was told while a page was read: the page may be older than that. */
  #told: LobbyEvent[] = []

  open(): void {
    this.#stop = client.subscription(LobbyEventsDocument, {}).subscribe(({ data }) => {
      if (data) this.#take(data.lobbyEvents)
    }).unsubscribe
  }

  close(): void {
    this.#stop?.()
    this.#reading += 1
  }

  /** Only the rooms that have it in their address or title; without it, all. */
  search(matching: string): Promise<void> {
    this.#matching = matching
    return this.#read(EMPTY, PAGE, null)
  }

  /** From the beginning, as much as was there. */
  read(): Promise<void> {
    const first = Math.min(MAX_PAGE, Math.max(PAGE, this.lobby.get().rooms.length))
    return this.#read(EMPTY, first, null)
  }

  async more(): Promise<void> {
    const lobby = this.lobby.get()
    // What is read from the beginning is worth more than what comes below it.
    if (lobby.after && !this.#isReading) await this.#read(lobby, PAGE, lobby.after)
  }

  async #read(above: Lobby, first: number, after: string | null): Promise<void> {
    this.#reading += 1
    const reading = this.#reading
    this.#told = []
    this.#isReading = true
    const { data } = await client
      .query(LobbyDocument, { matching: this.#matching || null, first, after }, FRESH)
      .toPromise()
    // Another reading has begun since, or nobody looks any more.
    if (reading !== this.#reading) return
    this.#isReading = false
    if (data) {
      const read = withPage(above, data.rooms)
      this.lobby.set(this.#told.reduce((lobby, event) => this.#withEvent(lobby, event), read))
      this.status.set('ready')
    } else if (this.status.get() === 'loading') {
      this.status.set('unreachable')
    }
  }

  #take(event: LobbyEvent): void {
    if (event.__typename === 'CaughtUp') return void this.read()
    this.#told.push(event)
    this.lobby.set(this.#withEvent(this.lobby.get(), event))
  }

  #withEvent(lobby: Lobby, event: LobbyEvent): Lobby {
    return withEvent(lobby, event, this.#matching === '')
  }
}

const FRESH = { requestPolicy: 'network-only' } as const
