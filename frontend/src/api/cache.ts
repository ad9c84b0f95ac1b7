// How the cache knows things again, and what it has to ask anew after what happened.
import type { Cache, CacheExchangeOpts, UpdateResolver } from '@urql/exchange-graphcache'

import {
  LatestInRoomFragmentDoc,
  type LatestMessageFragment,
  MyRoomsDocument,
  type MyRoomsQuery,
  type ViewerEventsSubscription,
} from './generated'
import { withInvitation, withoutInvitation, withoutRoom, withRoom } from './myRooms'

/** What has no id of its own is kept inside what it belongs to. */
export const keys: NonNullable<CacheExchangeOpts['keys']> = Object.fromEntries(
  ['FieldProblem', 'MessageViewer', 'Presence', 'Reaction', 'RoomAbilities', 'RoomViewer', 'UserStats'].map(
    (type) => [type, () => null],
  ),
)

export const updates: NonNullable<CacheExchangeOpts['updates']> = {
  Subscription: {
    // The rooms and messages that come are put in their places by their ids; here is what changes a list.
    viewerEvents: ((result, _args, cache) => {
      const event = result.viewerEvents
      switch (event.__typename) {
        case 'RoomActivity':
          if (event.room && event.latest) setLatest(cache, event.room.id, event.latest)
          return
        case 'ViewerRoomChanged': {
          const { room, roomId } = event
          change(cache, (mine) => (room?.viewer ? withRoom(mine, room) : withoutRoom(mine, roomId)))
          return
        }
        case 'Invited':
          change(cache, (mine) => withInvitation(mine, event.invitation))
          return
      }
    }) as UpdateResolver<ViewerEventsSubscription> as UpdateResolver,
  },
  Mutation: {
    sendMessage: (result, { input }, cache) => {
      const { message } = result.sendMessage as { message?: LatestMessageFragment }
      if (message) setLatest(cache, (input as { room: string }).room, message)
    },
    leaveRoom: (result, { input }, cache) => {
      if (isDone(result.leaveRoom))
        change(cache, (mine) => withoutRoom(mine, (input as { room: string }).room))
    },
    deleteRoom: (result, { input }, cache) => {
      if (isDone(result.deleteRoom))
        change(cache, (mine) => withoutRoom(mine, (input as { room: string }).room))
    },
    moderateMember: (result, { input }, cache) => {
      // Who was banned just now stands there, too.
      if (isDone(result.moderateMember)) forget(cache, (input as { room: string }).room, 'bans')
    },
    revokeInvitation: (result, { input }, cache) => {
      if (isDone(result.revokeInvitation))
        change(cache, (mine) => withoutInvitation(mine, (input as { invitation: string }).invitation))
    },
  },
}

function change(cache: Cache, to: (mine: MyRoomsQuery) => MyRoomsQuery): void {
  cache.updateQuery({ query: MyRoomsDocument }, (mine) => mine && to(mine))
}

/** An answer may come after what was said later has been told. */
function setLatest(cache: Cache, room: string, message: LatestMessageFragment): void {
  const known = cache.readFragment(LatestInRoomFragmentDoc, { __typename: 'Room', id: room })
  if (known?.messages.nodes.some(({ sentAt }) => sentAt > message.sentAt)) return
  const messages = { __typename: 'MessageConnection', nodes: [message] }
  cache.writeFragment(LatestInRoomFragmentDoc, { id: room, messages })
}

/** Whoever shows it asks for it again. */
function forget(cache: Cache, id: string, field: string): void {
  const room = { __typename: 'Room', id }
  for (const { fieldName, arguments: args } of cache.inspectFields(room))
    if (fieldName === field) cache.invalidate(room, field, args)
}

/** Every problem has a code, and nothing else has. */
function isDone(result: unknown): boolean {
  return result instanceof Object && !('code' in result)
}
