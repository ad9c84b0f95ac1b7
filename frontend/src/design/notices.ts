// A sentence for somebody who has just done something that did not go as they wanted: shown for a while, and read out.
import { createStore } from '../api/store'

export type Notice = { readonly id: number; readonly text: string }

export const notices = createStore<readonly Notice[]>([])

const SHOWN_MS = 6_000

let last = 0

export function tell(text: string): void {
  last += 1
  const notice = { id: last, text }
  // What is told twice is shown once.
  notices.set([...notices.get().filter((each) => each.text !== text), notice])
  setTimeout(() => dismiss(notice.id), SHOWN_MS)
}

export function dismiss(id: number): void {
  notices.set(notices.get().filter((each) => each.id !== id))
}
