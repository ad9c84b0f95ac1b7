// Where the switcher can lead, the likeliest first: the viewer's rooms, public ones, and the address as it was typed.
import type { LobbyRoomFragment } from '../api/generated'
import { wantedBy } from '../home/address'
import { fold } from '../i18n/fold'
import type { MyRoom } from '../news/myRooms'
import { roomPath } from './paths'

export type Choice = {
  readonly key: string
  readonly kind: 'mine' | 'public' | 'enter'
  readonly path: string
  readonly room?: Pick<MyRoom, 'id' | 'title' | 'address'> & { readonly isPrivate?: boolean }
  readonly unread: number
  readonly online: number
}

const MANY = 50

export function choicesFor(
  text: string,
  mine: readonly MyRoom[],
  known: readonly LobbyRoomFragment[],
  origin = location.origin,
): readonly Choice[] {
  const wanted = fold(text)
  const fits = ({ title, address }: { title: string; address: string }) =>
    fold(title).includes(wanted) || fold(address).includes(wanted)
  const first = ({ title, address }: { title: string; address: string }) =>
    Number(fold(title).startsWith(wanted) || fold(address).startsWith(wanted))

  const ids = new Set(mine.map(({ id }) => id))
  const rooms = [
    ...mine.filter(fits).map((room) => choiceOf(room, 'mine', room.viewer?.unreadCount ?? 0)),
    ...known.filter((room) => !ids.has(room.id) && fits(room)).map((room) => choiceOf(room, 'public', 0)),
  ]
    .toSorted((a, b) => first(b.room) - first(a.room))
    .slice(0, MANY)
  const typed = wantedBy(text, origin)
  const path = typed.kind === 'link' ? typed.path : typed.kind === 'address' ? roomPath(typed.address) : null
  // What is there needs no other way to it.
  const isThere = rooms.some(({ room }) => fold(room.address) === wanted)
  if (!path || isThere) return rooms
  return [...rooms, { key: 'enter', kind: 'enter', path, unread: 0, online: 0 }]
}

function choiceOf<Room extends MyRoom | LobbyRoomFragment>(room: Room, kind: Choice['kind'], unread: number) {
  return { key: room.id, kind, room, path: roomPath(room.address), unread, online: room.onlineCount }
}
