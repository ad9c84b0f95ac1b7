// In the place of the text when the viewer may read, but not write: until when, if it ends.
import { IconMessageOff } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'

import { ComposerMembersDocument } from '../../api/generated'
import { useFormat } from '../../i18n/format'
import { useMe } from '../../session/viewer'
import type { Member } from '../feed/state'
import type { RoomFeed } from '../RoomFeed'
import classes from './Composer.module.css'

/** A mute without an end is told as one of the year 9999; a timer cannot wait for more than some weeks. */
const LONG_MS = 2 ** 31 - 1
const FOR_EVER_YEAR = 9000

type Props = {
  room: string
  feed: RoomFeed
  /** The viewer, if the room has told of them. */
  member: Member | undefined
}

export function Muted({ room, feed, member }: Props) {
  const { t } = useTranslation('room')
  const format = useFormat()
  const viewer = useMe().user.id
  const [{ data }] = useQuery({
    query: ComposerMembersDocument,
    variables: { room },
    pause: member !== undefined,
    requestPolicy: 'network-only',
  })
  const mine = member ?? data?.room?.members.nodes.find(({ user }) => user.id === viewer)
  const until = mine?.mutedUntil ? new Date(mine.mutedUntil) : null

  // No event tells of the end.
  const end = until?.getTime()
  useEffect(() => {
    const wait = end && end - Date.now() + 500
    if (!wait || wait > LONG_MS) return
    const timer = setTimeout(() => void feed.refresh(), Math.max(wait, 500))
    return () => clearTimeout(timer)
  }, [end, feed])

  const isBounded = until && until.getFullYear() < FOR_EVER_YEAR
  return (
    <p className={classes.muted} role="status">
      <IconMessageOff size={20} aria-hidden />
      {isBounded ? t('composer.mutedUntil', { until: format.moment(until) }) : t('composer.muted')}
    </p>
  )
}
