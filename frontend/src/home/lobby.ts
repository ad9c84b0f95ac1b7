// The list of public rooms as a value: pages of it, and what is told of it meanwhile.
import type { LobbyEventsSubscription, LobbyQuery, LobbyRoomFragment } from '../api/generated'

export type LobbyRoom = LobbyRoomFragment
export type LobbyEvent = LobbyEventsSubscription['lobbyEvents']
export type LobbyPage = LobbyQuery['rooms']

export type Lobby = {
  readonly rooms: readonly LobbyRoom[]
  /** Where the rest begins; null when there is none. */
  readonly after: string | null
}

export const EMPTY: Lobby = { rooms: [], after: null }

export function withPage(lobby: Lobby, { nodes, pageInfo }: LobbyPage): Lobby {
  const rooms = new Map([...lobby.rooms, ...nodes].map((room) => [room.id, room]))
  return { rooms: inOrder([...rooms.values()]), after: pageInfo.hasNextPage ? pageInfo.endCursor : null }
}

/** `isWhole`: nothing is searched for, so a room that was not there belongs there. */
export function withEvent(lobby: Lobby, event: LobbyEvent, isWhole: boolean): Lobby {
  switch (event.__typename) {
    case 'RoomListed': {
      const { room } = event
      const others = lobby.rooms.filter(({ id }) => id !== room.id)
      if (others.length === lobby.rooms.length && !isWhole) return lobby
      return { ...lobby, rooms: inOrder([...others, room]) }
    }
    case 'RoomUnlisted':
      return { ...lobby, rooms: lobby.rooms.filter(({ id }) => id !== event.roomId) }
    default:
      return lobby
  }
}

/** As the server has them: where people are first, then the others; in each part the newest first. */
function inOrder(rooms: readonly LobbyRoom[]): readonly LobbyRoom[] {
  return rooms.toSorted(
    (a, b) => Number(b.onlineCount > 0) - Number(a.onlineCount > 0) || b.createdAt.localeCompare(a.createdAt),
  )
}
