// How to follow a room without ever missing, repeating or reordering anything. The whole of it:
//
// 1. Take a snapshot. It has a `cursor`: a position in the room's log, read before all the rest.
// 2. Subscribe with `after: cursor`. Every frame brings the cursor to go on from; keep the last one.
// 3. When the connection is cut, whatever cut it, subscribe again with that one. The log has what came meanwhile.
// 4. On `CaughtUp`, ask again for what is in no log. On `StreamReset`, go back to 1. On `StreamEnded`, stop.
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import type { Client as Socket } from 'graphql-ws'

import type { RoomEventsSubscription } from '../api/generated'

export type Frame = RoomEventsSubscription['roomEvents']

export type Following = {
  /** Position after which to go on. It is read anew for each attempt, so it has to be kept up to date at once. */
  cursor(): string
  onFrame(frame: Frame): void
  /** It will not go on by itself. With errors the server refuses, without any the connection will not come back. */
  onBroken(errors: readonly GraphQLFormattedError[]): void
}

/** Follow a room until the returned function is called, or the stream ends for good. */
export function follow(
  socket: Socket,
  query: string,
  room: string,
  { cursor, onFrame, onBroken }: Following,
): () => void {
  // graphql-ws sends this same object after each reconnect. The getter makes it say where we are now.
  const variables = {
    room,
    get after() {
      return cursor()
    },
  }
  let isOver = false
  const end = () => {
    isOver = true
    stop()
  }
  const broken = (errors: readonly GraphQLFormattedError[]) => {
    if (isOver) return
    end()
    onBroken(errors)
  }
  const stop = socket.subscribe<RoomEventsSubscription>(
    { query, variables },
    {
      next({ data, errors }: FormattedExecutionResult<RoomEventsSubscription>) {
        // A frame that cannot be read is a hole in what we know: better to begin again than to go on without it.
        if (errors || !data) broken(errors ?? [])
        else if (!isOver) onFrame(data.roomEvents)
      },
      error: (cause) => broken(Array.isArray(cause) ? cause : []),
      complete: () => {},
    },
  )
  return end
}
