// What somebody had begun to write in a room, over a reload.
import { isStillHere } from '../../session/oneViewer'

const DRAFT = 'chaikhana.draft.'
const WAITING = 'chaikhana.waiting.'

export function draftOf(viewer: string, room: string): string {
  return localStorage.getItem(DRAFT + place(viewer, room)) ?? ''
}

export function keepDraft(viewer: string, room: string, text: string): void {
  keep(localStorage, DRAFT + place(viewer, room), text)
}

/**
 * The words of messages that wait for their files, which a reload would take away. They are of the page that sends
 * them alone: a tab that is made from another one has a copy of what that one keeps at the time.
 */
export function keepWaiting(viewer: string, room: string, texts: readonly string[]): void {
  keep(sessionStorage, WAITING + place(viewer, room), joined(texts))
}

/** After a reload they are where they were written. */
export function bringBackWaiting(viewer: string, room: string): void {
  const words = sessionStorage.getItem(WAITING + place(viewer, room))
  if (!words) return
  keepDraft(viewer, room, joined([words, draftOf(viewer, room)]))
  keepWaiting(viewer, room, [])
}

/** One text of several. */
export function joined(texts: readonly string[]): string {
  return texts.filter(Boolean).join('\n')
}

function keep(storage: Storage, name: string, text: string): void {
  // Of whoever has left nothing is written back, on a page that is about to go.
  if (!isStillHere()) return
  try {
    if (text) storage.setItem(name, text)
    else storage.removeItem(name)
  } catch {
    // The storage is full: it lasts as long as the page.
  }
}

function place(viewer: string, room: string): string {
  return `${viewer}.${room}`
}
