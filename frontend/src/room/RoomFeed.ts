// One room that is open: its state, kept true by its stream for as long as somebody looks.
import type { GraphQLFormattedError } from 'graphql'
import { stringifyDocument } from 'urql'

import { direct } from '../api/client'
import {
  EarlierMessagesDocument,
  LaterMessagesDocument,
  RoomEventsDocument,
  RoomMomentDocument,
  RoomSnapshotDocument,
} from '../api/generated'
import { socket } from '../api/socket'
import { createStore } from '../api/store'
import { arrived } from '../outbox/outbox'
import {
  applyFrame,
  type FeedState,
  type Frame,
  fromSnapshot,
  type Message,
  type OnlineChanged,
  withAnswer,
  withEarlier,
  withLater,
  withMoment,
} from './feed/state'
import { follow } from './live'

const EVENTS = stringifyDocument(RoomEventsDocument)

/** `refused`: the viewer may not read it, or there is no such room. */
export type RoomStatus = 'loading' | 'live' | 'refused' | 'unreachable'

export class RoomFeed {
  readonly state = createStore<FeedState | null>(null)
  readonly status = createStore<RoomStatus>('loading')
  /** Whether older messages are on their way. */
  readonly isPaging = createStore(false)

  readonly #room: string
  readonly #viewer: string
  #latest: FeedState | null = null
  #stop: (() => void) | undefined
  /** The attempt to open that counts: one that was overtaken by another is forgotten. */
  #opening = 0
  #isDrawn = true
  /** Told since the last drawing. */
  readonly #said: Message[] = []
  #isClosed = false
  #paging: Promise<void> | undefined
  /** What was told of who is online since it was asked; null when nobody has asked. */
  #meanwhile: OnlineChanged[] | null = null

  constructor(room: string, viewer: string) {
    this.#room = room
    this.#viewer = viewer
  }

  /**
   * Begin, at the last messages or around one; also to begin again. What is there stays until the rest has come.
   * Whether one is now where one wanted to be.
   */
  async open(around?: string): Promise<boolean> {
    const opening = ++this.#opening
    if (!this.#latest) this.status.set('loading')
    const { data, error } = await direct
      .query(RoomSnapshotDocument, { room: this.#room, around: around ?? null })
      .toPromise()
    if (this.#isClosed || opening !== this.#opening) return false
    const room = data?.room
    if (!room) {
      // Where there is no such message, one is where one was, or at the last ones.
      if (!around || (error?.networkError && !this.#latest))
        this.#fail(error?.graphQLErrors ?? [], data?.room === null)
      else if (!this.#latest) await this.open()
      return false
    }
    this.#stop?.()
    this.#meanwhile = null
    this.#latest = fromSnapshot(room)
    this.#draw()
    this.status.set('live')
    this.#stop = follow(socket, EVENTS, this.#room, {
      cursor: () => this.#now.cursor,
      onFrame: (frame) => this.#take(frame),
      onBroken: (errors) => this.#fail(errors),
    })
    return true
  }

  close(): void {
    this.#isClosed = true
    this.#stop?.()
  }

  /** Older messages, if there are any. One page at a time, of either end, however often it is asked for. */
  loadEarlier(): Promise<void> {
    return this.#page(async () => {
      const before = this.#latest?.earlier
      if (!before) return
      this.isPaging.set(true)
      const { data } = await direct.query(EarlierMessagesDocument, { room: this.#room, before }).toPromise()
      await this.#drawn()
      const page = data?.room?.messages
      if (page && before === this.#now.earlier) {
        this.#latest = withEarlier(this.#now, page)
        this.#draw()
      }
    })
  }

  /** Newer messages, when the room was opened around an old one. */
  loadLater(): Promise<void> {
    return this.#page(async () => {
      const after = this.#latest?.later
      if (!after) return
      const { data } = await direct.query(LaterMessagesDocument, { room: this.#room, after }).toPromise()
      const page = data?.room?.messages
      if (page && after === this.#now.later) this.#change(withLater(this.#now, page))
    })
  }

  /** What a mutation made of a message: it need not wait for the stream to say so. */
  learn(message: Message, reactions?: readonly string[]): void {
    if (this.#latest) this.#change(withAnswer(this.#latest, message, reactions))
  }

  /** Ask anew for what no event tells: who is online, and what the room is to the viewer. */
  async refresh(): Promise<void> {
    this.#latest = { ...this.#now, wants: 'nothing' }
    const meanwhile: OnlineChanged[] = []
    this.#meanwhile = meanwhile
    const { data } = await direct.query(RoomMomentDocument, { room: this.#room }).toPromise()
    // Asked once more since: that answer will be newer.
    if (this.#isClosed || this.#meanwhile !== meanwhile) return
    this.#meanwhile = null
    if (data?.room) this.#change(withMoment(this.#now, data.room, meanwhile))
  }

  get #now(): FeedState {
    if (!this.#latest) throw new Error('The room is not open yet.')
    return this.#latest
  }

  #page(load: () => Promise<void>): Promise<void> {
    this.#paging ??= load().finally(() => {
      this.#paging = undefined
      this.isPaging.set(false)
    })
    return this.#paging
  }

  #take(frame: Frame): void {
    const { event } = frame
    if (event.__typename === 'OnlineChanged') this.#meanwhile?.push(event)
    if (event.__typename === 'MessageSent') this.#said.push(event.message)
    this.#change(applyFrame(this.#now, frame, this.#viewer, new Date().toISOString()))
    const { wants, ended } = this.#now
    if (ended) this.#stop?.()
    else if (wants === 'reset') void this.open()
    else if (wants === 'refresh') void this.refresh()
  }

  #fail(errors: readonly GraphQLFormattedError[], isMissing = false): void {
    this.#stop?.()
    const isRefused = errors.some(({ extensions }) => REFUSALS.has(extensions?.code))
    this.status.set(isMissing || isRefused ? 'refused' : 'unreachable')
  }

  /** The state is the newest at once; it is drawn once a frame, however many events come in it. */
  #change(state: FeedState): void {
    this.#latest = state
    if (!this.#isDrawn) return
    this.#isDrawn = false
    requestAnimationFrame(() => this.#draw())
  }

  #draw(): void {
    this.#isDrawn = true
    if (this.#isClosed) return
    this.state.set(this.#latest)
    // Now that the log shows them, they need not be shown as on their way.
    for (const message of this.#said.splice(0)) arrived(this.#room, message)
  }

  /** A page from above is drawn alone, so that the list knows that all that is new is above. */
  async #drawn(): Promise<void> {
    if (!this.#isDrawn) await new Promise((resolve) => requestAnimationFrame(resolve))
  }
}

const REFUSALS = new Set<unknown>(['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'])
