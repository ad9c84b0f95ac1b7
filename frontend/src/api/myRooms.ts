// The viewer's rooms and invitations as a value, and how what is told changes it. What is told twice is there once.
import type { InvitationLineFragment, MyRoomFragment, MyRoomsQuery } from './generated'

type Viewer = NonNullable<MyRoomsQuery['viewer']>

/** Who has come into a room needs no invitation to it any more. */
export function withRoom(mine: MyRoomsQuery, room: MyRoomFragment): MyRoomsQuery {
  const { viewer } = mine
  if (!viewer || viewer.rooms.nodes.some(({ id }) => id === room.id)) return mine
  // Whoever comes is alone for a moment: who else is there is asked for when it is shown.
  const entered = { ...room, online: EMPTY }
  return {
    viewer: {
      ...viewer,
      rooms: { ...viewer.rooms, nodes: [entered, ...viewer.rooms.nodes] },
      invitations: viewer.invitations.filter((invitation) => invitation.room.id !== room.id),
    },
  }
}

export function withoutRoom(mine: MyRoomsQuery, room: string): MyRoomsQuery {
  return changed(mine, (viewer) => ({
    ...viewer,
    rooms: { ...viewer.rooms, nodes: viewer.rooms.nodes.filter(({ id }) => id !== room) },
    invitations: viewer.invitations.filter((invitation) => invitation.room.id !== room),
  }))
}

export function withInvitation(mine: MyRoomsQuery, invitation: InvitationLineFragment): MyRoomsQuery {
  return changed(mine, (viewer) => ({
    ...viewer,
    invitations: [invitation, ...viewer.invitations.filter(({ id }) => id !== invitation.id)],
  }))
}

export function withoutInvitation(mine: MyRoomsQuery, invitation: string): MyRoomsQuery {
  return changed(mine, (viewer) => ({
    ...viewer,
    invitations: viewer.invitations.filter(({ id }) => id !== invitation),
  }))
}

const EMPTY = { __typename: 'PresenceConnection', nodes: [] } as { readonly nodes: [] }

function changed(mine: MyRoomsQuery, to: (viewer: Viewer) => Viewer): MyRoomsQuery {
  return mine.viewer ? { viewer: to(mine.viewer) } : mine
}
