// What somebody had begun to write in a room, over a reload.
const PREFIX = 'chaikhana.draft.'

export function draftOf(viewer: string, room: string): string {
  return localStorage.getItem(place(viewer, room)) ?? ''
}

export function keepDraft(viewer: string, room: string, text: string): void {
  try {
    if (text) localStorage.setItem(place(viewer, room), text)
    else localStorage.removeItem(place(viewer, room))
  } catch {
    // The storage is full: the draft lasts as long as the page.
  }
}

function place(viewer: string, room: string): string {
  return `${PREFIX}${viewer}.${room}`
}
