// What of all that happens is news to somebody who looks elsewhere.
import type { LatestMessageFragment, PersonFragment, RoomFactsFragment } from '../api/generated'
import type { ViewerEvent } from './viewerEvents'

export type News = {
  readonly kind: 'message' | 'mention' | 'whisper'
  readonly room: Pick<RoomFactsFragment, 'id' | 'address' | 'title'>
  readonly author: PersonFragment
  readonly body: string
  /** To be gone to; a whisper has no place of its own. */
  readonly message: string | null
}

/** Null if it is none: by the viewer, in the room that is before their eyes, or of a kind that they want no word of. */
export function newsOf(event: ViewerEvent, viewer: string, watched: string | null): News | null {
  const news = said(event)
  return news && news.author.id !== viewer && news.room.id !== watched ? news : null
}

function said(event: ViewerEvent): News | null {
  switch (event.__typename) {
    case 'RoomActivity': {
      const { room, latest } = event
      return room?.viewer?.notify === 'ALL' && latest ? newsBy(latest, room, 'message') : null
    }
    case 'Mentioned': {
      const { room, ...message } = event.message
      return room.viewer && room.viewer.notify !== 'NONE' ? newsBy(message, room, 'mention') : null
    }
    case 'WhisperReceived': {
      const { room, sender, body } = event.whisper
      return { kind: 'whisper', room, author: sender, body, message: null }
    }
    default:
      return null
  }
}

function newsBy(
  { id, body, author, deletedAt }: LatestMessageFragment,
  room: RoomFactsFragment,
  kind: News['kind'],
): News | null {
  return deletedAt ? null : { kind, room, author, body, message: id }
}
