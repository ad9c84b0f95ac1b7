// Where one writes, or is told that one may not. What happens in the room does not reach the box.
import { useLayoutEffect, useMemo, useRef } from 'react'

import { useMe } from '../../session/viewer'
import type { FeedState, Message, Person } from '../feed/state'
import type { RoomFeed } from '../RoomFeed'
import { type Around, Box } from './Box'
import classes from './Composer.module.css'
import { Muted } from './Muted'

type Props = {
  state: FeedState
  feed: RoomFeed
  replyTo: Message | null
  onReply: (message: Message) => void
  onReplyEnd: () => void
  whisperTo: Person | null
  onWhisperEnd: () => void
  onEditLast: () => void
}

export function Composer({ feed, replyTo, whisperTo, ...rest }: Props) {
  const latest = useRef(rest)
  useLayoutEffect(() => {
    latest.current = rest
  })
  const around = useMemo<Around>(
    () => ({
      present: () => latest.current.state,
      reply: (message) => latest.current.onReply(message),
      endReply: () => latest.current.onReplyEnd(),
      endWhisper: () => latest.current.onWhisperEnd(),
      editLast: () => latest.current.onEditLast(),
    }),
    [],
  )
  const viewer = useMe().user.id
  const { room, mine } = rest.state
  return (
    <div className={classes.composer}>
      <div className={classes.inside}>
        {mine?.can.send ? (
          <Box room={room.id} title={room.title} replyTo={replyTo} whisperTo={whisperTo} around={around} />
        ) : (
          <Muted room={room.id} feed={feed} member={rest.state.members.get(viewer)} />
        )}
      </div>
    </div>
  )
}
