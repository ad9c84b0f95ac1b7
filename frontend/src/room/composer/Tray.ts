// The files that go with a message: each is uploaded as soon as it is chosen, one after the other.
import i18next from 'i18next'

import { act, fieldDetail } from '../../api/act'
import { fetchTelling } from '../../api/fetchTelling'
import { type AttachmentFieldsFragment, UploadAttachmentDocument } from '../../api/generated'
import { createStore } from '../../api/store'
import { formatFor } from '../../i18n/format'
import { currentLanguage } from '../../i18n/language'

export type Upload = {
  readonly id: number
  readonly file: File
  readonly state: 'waiting' | 'uploading' | 'done' | 'refused'
  /** How much of it the server has, between 0 and 1. */
  readonly share: number
  /** Of a picture, as a data URL. */
  readonly thumbnail?: string
  readonly attachment?: AttachmentFieldsFragment
  /** Why it was refused. */
  readonly detail?: string
  /** Whether trying again may help. */
  readonly mayRetry?: boolean
}

export const FILES_MAX = 10
export const FILE_MAX_BYTES = 5 * 1024 * 1024
/** What has stood still for so long when the server can be reached again has died with the connection. */
export const STILL_MS = 5_000

let count = 0

export class Tray {
  readonly uploads = createStore<readonly Upload[]>([])

  readonly #room: string
  #isBusy = false
  #current: { readonly id: number; readonly cancel: AbortController; movedAt: number } | null = null

  constructor(room: string) {
    this.#room = room
  }

  /** Whether there was room for all of them. */
  add(files: readonly File[]): boolean {
    const taken = files
      .slice(0, FILES_MAX - this.uploads.get().length)
      .map(
        (file): Upload =>
          file.size > FILE_MAX_BYTES
            ? { id: ++count, file, share: 0, state: 'refused', detail: tooBig() }
            : { id: ++count, file, share: 0, state: 'waiting' },
      )
    this.uploads.set([...this.uploads.get(), ...taken])
    for (const { id, file, state } of taken) {
      if (state === 'waiting' && file.type.startsWith('image/'))
        void readAsDataUrl(file).then((thumbnail) => this.#change(id, { thumbnail }))
    }
    void this.#work()
    return taken.length === files.length
  }

  /** Also while it is being uploaded, which ends then. */
  remove(id: number): void {
    if (this.#current?.id === id) this.#current.cancel.abort()
    this.uploads.set(this.uploads.get().filter((each) => each.id !== id))
  }

  retry(id: number): void {
    this.#change(id, { state: 'waiting', mayRetry: false })
    void this.#work()
  }

  /** Without what cannot go, and once more what did not get through. */
  insist(): void {
    this.uploads.set(this.uploads.get().filter(mayGo))
    this.#retryAll()
  }

  /** The server can be reached again: once more what did not get through, and what will not, as it stands still. */
  wake(): void {
    if (this.#current && Date.now() - this.#current.movedAt >= STILL_MS) {
      this.#change(this.#current.id, { state: 'waiting' })
      this.#current.cancel.abort()
    }
    this.#retryAll()
  }

  #retryAll(): void {
    for (const { id, mayRetry } of this.uploads.get()) if (mayRetry) this.retry(id)
  }

  /** What another tray has, before its own. Whether there was room for all of it; else nothing is taken. */
  take(other: Tray): boolean {
    const taken = other.uploads.get()
    if (taken.length + this.uploads.get().length > FILES_MAX) return false
    other.clear()
    const begun = taken.map((each) =>
      each.state === 'uploading' ? { ...each, state: 'waiting' as const } : each,
    )
    this.uploads.set([...begun, ...this.uploads.get()])
    void this.#work()
    return true
  }

  clear(): void {
    this.#current?.cancel.abort()
    this.uploads.set([])
  }

  /** What can go with the message. */
  get ready(): readonly AttachmentFieldsFragment[] {
    return this.uploads.get().flatMap(({ attachment }) => attachment ?? [])
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    for (let next = this.#next(); next; next = this.#next()) await this.#upload(next)
    this.#isBusy = false
  }

  #next(): Upload | undefined {
    return this.uploads.get().find(({ state }) => state === 'waiting')
  }

  async #upload({ id, file }: Upload): Promise<void> {
    const cancel = new AbortController()
    const current = { id, cancel, movedAt: Date.now() }
    this.#current = current
    this.#change(id, { state: 'uploading', share: 0 })
    // Each attempt is a question of its own: the answer to one that was stopped would be taken for the next one's.
    const input = { room: this.#room, file: new File([file], file.name, { type: file.type }) }
    const fetch = fetchTelling((share) => {
      current.movedAt = Date.now()
      this.#change(id, { share })
    }, cancel)
    const { payload, problem } = await act(UploadAttachmentDocument, { input }, { fetch })
    if (payload) this.#change(id, { state: 'done', attachment: payload.attachment })
    else if (problem.code === 'RATE_LIMITED') {
      await new Promise((resolve) => setTimeout(resolve, problem.retryAfterMs ?? 1_000))
      this.#change(id, { state: 'waiting' })
    } else if (!cancel.signal.aborted) {
      const mayRetry = problem.code === 'UNREACHABLE' || problem.code === 'BROKEN'
      this.#change(id, { state: 'refused', detail: fieldDetail(problem, 'file') ?? problem.detail, mayRetry })
    }
    this.#current = null
  }

  /** Nothing happens to what was removed meanwhile. */
  #change(id: number, change: Partial<Upload>): void {
    this.uploads.set(this.uploads.get().map((each) => (each.id === id ? { ...each, ...change } : each)))
  }
}

/** Whether it has been, or may yet be, uploaded. */
export function mayGo({ state, mayRetry }: Upload): boolean {
  return state !== 'refused' || mayRetry === true
}

export function isBusy(uploads: readonly Upload[]): boolean {
  return uploads.some(({ state }) => state === 'waiting' || state === 'uploading')
}

function tooBig(): string {
  const size = formatFor(currentLanguage.get()).bytes(FILE_MAX_BYTES)
  return i18next.t('room:composer.tooBig', { size })
}

function readAsDataUrl(file: File): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.readAsDataURL(file)
  })
}
