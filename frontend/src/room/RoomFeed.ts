// One room that is open: its state, kept true by its stream for as long as somebody looks.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import type { GraphQLFormattedError } from 'graphql'
import { type CombinedError, stringifyDocument } from 'urql'

import { direct } from '../api/client'
import { fetchInTime } from '../api/fetchInTime'
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
import { applyFrame } from './feed/events'
import {
  type FeedState,
  type Frame,
  fromSnapshot,
  type Message,
  type OnlineChanged,
  type Snapshot,
  withAnswer,
  withEarlier,
  withLater,
  withMoment,
} from './feed/state'
import { follow } from './live'

const EVENTS = stringifyDocument(RoomEventsDocument)
/** What nobody answers is asked again, or said. */
const IN_TIME = { fetch: fetchInTime }

/** `refused`: the viewer may not read it, or there is no such room. */
export type RoomStatus = 'loading' | 'live' | 'refused' | 'unreachable'

/** What came of a wish to be somewhere in a room; `overtaken` was one by another, or by its end. */
export type Opened = 'there' | 'missing' | 'unreachable' | 'overtaken'

const LONGEST_WAIT_MS = 15_000

export class RoomFeed {
  readonly state = createStore<FeedState | null>(null)
  readonly status = createStore<RoomStatus>('loading')
  /** Whether older messages are on their way. */
  readonly isPaging = createStore(false)
  /** What was said, by the last drawing but not by the one before; what was only read now is not among it. */
  readonly news = createStore<readonly Message[]>([])

  readonly #room: string
  readonly #viewer: string
  #latest: FeedState | null = null
  /** While the stream lives. */
  #stop: (() => void) | undefined
  /** The attempt to open that counts: one that was overtaken by another is forgotten. */
  #opening = 0
  #isOpening = false
  /** Attempts in a row that had no answer. */
  #failures = 0
  #isDrawn = true
  /** Told since the last drawing. */
  readonly #said: Message[] = []
  /** Those of them that were not here before. */
  readonly #new: Message[] = []
  #isClosed = false
  #paging: Promise<void> | undefined
  /** What was told of who is online since it was asked; null when nobody has asked. */
  #meanwhile: OnlineChanged[] | null = null

  constructor(room: string, viewer: string) {
    this.#room = room
    this.#viewer = viewer
  }

  /**
   * Begin, at the last messages or around one; also to begin again, or to go there. What is there stays and goes on
   * until the rest has come: whoever cannot get to where they want to be is where they were.
   */
  async open(around?: string): Promise<Opened> {
    const opening = ++this.#opening
    this.#isOpening = true
    if (!this.#latest) this.status.set('loading')
    const { data, error } = await direct
      .query(RoomSnapshotDocument, { room: this.#room, around: around ?? null }, IN_TIME)
      .toPromise()
    if (this.#isClosed || opening !== this.#opening) return 'overtaken'
    this.#isOpening = false
    if (data?.room) {
      this.#begin(data.room)
      return 'there'
    }
    const isMissing = isRefused(error)
    const opened = isMissing ? 'missing' : 'unreachable'
    if (this.#stop || this.#latest?.ended) return opened
    // Nothing is live here: it has to be begun somewhere, and until then what was there can still be read.
    if (isMissing && around) await this.open()
    else if (isMissing) this.#fail('refused')
    else if (!this.#latest) this.#fail('unreachable')
    else void this.#tryAgain(opening)
    return opened
  }

  async #tryAgain(opening: number): Promise<void> {
    await pause(this.#failures++)
    if (opening === this.#opening && !this.#isClosed) await this.open()
  }

  close(): void {
    this.#isClosed = true
    this.#end()
  }

  /** Older messages, if there are any. One page at a time, of either end, however often it is asked for. */
  loadEarlier(): Promise<void> {
    return this.#page(async () => {
      const before = this.#latest?.earlier
      if (!before) return
      this.isPaging.set(true)
      const isWanted = () => before === this.#now.earlier
      const data = await this.#ask(EarlierMessagesDocument, { room: this.#room, before }, isWanted)
      await this.#drawn()
      if (data?.room && isWanted()) {
        this.#latest = withEarlier(this.#now, data.room.messages)
        this.#draw()
      }
    })
  }

  /** Newer messages, when the room was opened around an old one. */
  loadLater(): Promise<void> {
    return this.#page(async () => {
      const after = this.#latest?.later
      if (!after) return
      const isWanted = () => after === this.#now.later
      const data = await this.#ask(LaterMessagesDocument, { room: this.#room, after }, isWanted)
      if (data?.room) this.#change(withLater(this.#now, data.room.messages))
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
    // Asked once more since: that answer will be newer.
    const isWanted = () => this.#meanwhile === meanwhile
    const data = await this.#ask(RoomMomentDocument, { room: this.#room }, isWanted)
    if (!data?.room) return
    this.#meanwhile = null
    this.#change(withMoment(this.#now, data.room, meanwhile))
  }

  get #now(): FeedState {
    if (!this.#latest) throw new Error('The room is not open yet.')
    return this.#latest
  }

  #begin(room: Snapshot): void {
    this.#end()
    this.#failures = 0
    this.#latest = fromSnapshot(room)
    this.#draw()
    this.status.set('live')
    this.#stop = follow(socket, EVENTS, this.#room, {
      cursor: () => this.#now.cursor,
      onFrame: (frame) => this.#take(frame),
      onBroken: (errors) => this.#fail(errors.some(isRefusal) ? 'refused' : 'unreachable'),
    })
  }

  #end(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#meanwhile = null
  }

  #fail(status: RoomStatus): void {
    this.#end()
    this.status.set(status)
  }

  /** The answer, however often it has to be asked for; nothing if it is refused, or not wanted any more. */
  async #ask<Data extends { readonly room?: unknown }, Variables extends object>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    isWanted: () => boolean,
  ): Promise<Data | undefined> {
    for (let failures = 0; !this.#isClosed && isWanted(); failures++) {
      const { data, error } = await direct.query(document, variables, IN_TIME).toPromise()
      if (this.#isClosed || !isWanted()) break
      if (data?.room || isRefused(error)) return data
      await pause(failures)
    }
    return undefined
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
    if (event.__typename === 'MessageSent') {
      this.#said.push(event.message)
      if (!this.#now.messages.has(event.message.id)) this.#new.push(event.message)
    }
    this.#change(applyFrame(this.#now, frame, this.#viewer, new Date().toISOString()))
    const { wants, ended } = this.#now
    if (ended) this.#end()
    else if (wants === 'reset') {
      this.#end()
      // Whoever is about to go elsewhere begins there.
      if (!this.#isOpening) void this.open()
    } else if (wants === 'refresh') void this.refresh()
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
    if (this.#new.length) this.news.set(this.#new.splice(0))
  }

  /** A page from above is drawn alone, so that the list knows that all that is new is above. */
  async #drawn(): Promise<void> {
    if (!this.#isDrawn) await new Promise((resolve) => requestAnimationFrame(resolve))
  }
}

const REFUSALS = new Set<unknown>(['FORBIDDEN', 'NOT_FOUND', 'UNAUTHENTICATED'])

function isRefusal({ extensions }: GraphQLFormattedError): boolean {
  return REFUSALS.has(extensions?.code)
}

/** Where there is no answer: whether there will be none, or nobody could give it. */
function isRefused(error: CombinedError | undefined): boolean {
  return error === undefined || error.graphQLErrors.some(isRefusal)
}

async function pause(failures: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures)))
}
