// What the viewer has ready for a room: the files of the next message, and messages that have left the box and wait
// for theirs. It is there for as long as the page: what was sent goes, wherever one looks meanwhile.
import { connection } from '../../api/socket'
import { createStore } from '../../api/store'
import { type Draft, isOpenFor, pending, send } from '../../outbox/outbox'
import { isStillHere } from '../../session/oneViewer'
import type { Message } from '../feed/state'
import { bodyOf } from './body'
import { bringBackWaiting, keepWaiting } from './drafts'
import { isBusy, mayGo, Tray, type Upload } from './Tray'

/** A message as it was when it was sent, before all its files are there. */
export type Parcel = {
  readonly id: number
  readonly text: string
  readonly replyTo: Message | null
  readonly tray: Tray
}

let count = 0

export class Desk {
  /** For the next message. */
  readonly tray
  readonly parcels = createStore<readonly Parcel[]>([])

  readonly #viewer: string
  readonly #room: string

  constructor(viewer: string, room: string) {
    this.#viewer = viewer
    this.#room = room
    this.tray = createStore(new Tray(room))
    bringBackWaiting(viewer, room)
  }

  /**
   * What has been written goes with its files, as soon as they are there; the box is free for the next at once.
   * It says whether there was room for one more in the outbox.
   */
  send(text: string, replyTo: Message | null): boolean {
    const tray = this.tray.get()
    const files = tray.uploads.get().filter(mayGo)
    if (areDone(files)) {
      if (!send(this.#message(text, replyTo, tray))) return false
      tray.clear()
      return true
    }
    this.tray.set(new Tray(this.#room))
    const parcel = { id: ++count, text, replyTo, tray }
    this.#set([...this.parcels.get(), parcel])
    tray.insist()
    tray.uploads.subscribe(() => this.#look(parcel))
    return true
  }

  /** Back into the box. It says whether there was room for the files. */
  unpack(parcel: Parcel): boolean {
    this.#drop(parcel)
    const isTaken = this.tray.get().take(parcel.tray)
    if (!isTaken) this.#set([...this.parcels.get(), parcel])
    return isTaken
  }

  /** The server can be reached again: what did not get through to it is tried once more. */
  wake(): void {
    for (const tray of [this.tray.get(), ...this.parcels.get().map(({ tray }) => tray)]) tray.wake()
  }

  /** The outbox may have room now for what it had none for. */
  look(): void {
    for (const parcel of this.parcels.get()) this.#look(parcel)
  }

  /** Only while it is hidden, as it is before it goes: the tab that is duplicated is the one that is seen. */
  keep(): void {
    const texts = document.hidden ? this.parcels.get().map(({ text }) => text) : []
    keepWaiting(this.#viewer, this.#room, texts)
  }

  get isBusy(): boolean {
    const uploads = this.parcels.get().map(({ tray }) => tray.uploads.get())
    return uploads.some((each) => isBusy(each) || areDone(each))
  }

  #look(parcel: Parcel): void {
    const { text, replyTo, tray } = parcel
    const parcels = this.parcels.get()
    if (!isOpenFor(this.#viewer) || !parcels.includes(parcel) || !areDone(tray.uploads.get())) return
    const message = this.#message(text, replyTo, tray)
    // One whose files have all been taken out may have nothing left to say.
    const isEmpty = message.body === '' && message.attachments.length === 0
    // The outbox tells of it while it takes it, and then it must not be found here.
    this.#drop(parcel)
    if (!isEmpty && !send(message)) this.#set(parcels)
  }

  #message(text: string, replyTo: Message | null, { ready }: Tray): Draft {
    return { room: this.#room, body: bodyOf(text), replyTo: quoted(replyTo), attachments: ready }
  }

  #drop(parcel: Parcel): void {
    this.#set(this.parcels.get().filter((each) => each !== parcel))
  }

  #set(parcels: readonly Parcel[]): void {
    this.parcels.set(parcels)
    this.keep()
  }
}

function areDone(uploads: readonly Upload[]): boolean {
  return uploads.every(({ state }) => state === 'done')
}

/** As much of a message as is shown above what answers it. */
function quoted(message: Message | null) {
  return (
    message && { id: message.id, body: message.body, deletedAt: message.deletedAt, author: message.author }
  )
}

const desks = new Map<string, Desk>()

export function deskOf(viewer: string, room: string): Desk {
  const place = `${viewer} ${room}`
  const desk = desks.get(place) ?? new Desk(viewer, room)
  desks.set(place, desk)
  return desk
}

connection.subscribe(() => {
  if (connection.get() === 'connected') for (const desk of desks.values()) desk.wake()
})

pending.subscribe(() => {
  for (const desk of desks.values()) desk.look()
})

document.addEventListener('visibilitychange', () => {
  for (const desk of desks.values()) desk.keep()
})

// A file cannot be kept over a reload: the browser asks whether one wants to go. Who has logged out has said so.
addEventListener('beforeunload', (event) => {
  if (isStillHere() && [...desks.values()].some(({ isBusy }) => isBusy)) event.preventDefault()
})
