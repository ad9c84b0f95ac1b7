// The viewer's rooms and invitations, for every component that shows them. The stream keeps them true.
import { useMemo } from 'react'
import { type RequestPolicy, useQuery } from 'urql'

import { type InvitationLineFragment, MyRoomsDocument, type MyRoomsQuery } from '../api/generated'

export type MyRoom = NonNullable<MyRoomsQuery['viewer']>['rooms']['nodes'][number]

export type MyRooms = {
  /** Where something happened last comes first. Undefined until they are here. */
  readonly rooms: readonly MyRoom[] | undefined
  readonly invitations: readonly InvitationLineFragment[]
  readonly isUnreachable: boolean
  readonly retry: () => void
}

/** `cache-and-network`: what no event tells is asked anew, too, such as that a message was taken back. */
export function useMyRooms(requestPolicy: RequestPolicy = 'cache-first'): MyRooms {
  const [{ data, error, fetching }, ask] = useQuery({ query: MyRoomsDocument, requestPolicy })
  const viewer = data?.viewer
  return useMemo(
    () => ({
      rooms: viewer?.rooms.nodes.toSorted(byActivity),
      invitations: viewer?.invitations ?? [],
      isUnreachable: !viewer && !fetching && error !== undefined,
      retry: () => ask({ requestPolicy: 'network-only' }),
    }),
    [viewer, error, fetching, ask],
  )
}

export function isUnread({ viewer }: MyRoom): boolean {
  return viewer !== null && viewer.unreadCount > 0 && viewer.notify !== 'NONE'
}

function byActivity(a: MyRoom, b: MyRoom): number {
  return b.lastActivityAt.localeCompare(a.lastActivityAt)
}
