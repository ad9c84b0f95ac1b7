// The viewer's rooms with the last that was said in each, and what is unread.
import { Skeleton, Stack } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import type { LatestMessageFragment } from '../api/generated'
import { roomPath } from '../app/paths'
import { Clipped } from '../design/Clipped'
import { useNameOf } from '../design/PersonName'
import { RoomSign } from '../design/RoomSign'
import { useSteady } from '../design/useSteady'
import { useFormat } from '../i18n/format'
import { isUnread, type MyRoom } from '../news/myRooms'
import { ListSection } from './ListSection'
import { RoomMenu } from './RoomMenu'
import classes from './Row.module.css'
import { WhoIsIn } from './WhoIsIn'

export function MyRoomsSection({ rooms }: { rooms: readonly MyRoom[] | undefined }) {
  const { t } = useTranslation('home')
  const [shown, held] = useSteady(rooms ?? [])
  const list = useRef<HTMLUListElement>(null)
  // The button that was come from goes with its line.
  const onLeft = () => list.current?.focus({ preventScroll: true })
  return (
    <ListSection title={t('rooms')}>
      {rooms ? (
        <ul ref={list} tabIndex={-1} className={classes.list} aria-label={t('rooms')} {...held}>
          {shown.map((room) => (
            <RoomRow key={room.id} room={room} onLeft={onLeft} />
          ))}
        </ul>
      ) : (
        <Stack p="md" gap="md" aria-hidden>
          {[1, 2, 3].map((each) => (
            <Skeleton key={each} h={36} />
          ))}
        </Stack>
      )}
    </ListSection>
  )
}

function RoomRow({ room, onLeft }: { room: MyRoom; onLeft: () => void }) {
  const { t } = useTranslation('home')
  const { number, short } = useFormat()
  const unread = room.viewer?.unreadCount ?? 0
  const [latest] = room.messages.nodes
  return (
    <li className={classes.row}>
      <RoomSign room={room} size={40} />
      <div className={classes.text}>
        <div className={classes.first}>
          <Link href={roomPath(room.address)} className={classes.link} dir="auto">
            {room.title}
          </Link>
          {latest && (
            <time className={`${classes.soft} ${classes.push}`} dateTime={latest.sentAt}>
              {short(new Date(latest.sentAt))}
            </time>
          )}
        </div>
        <div className={classes.second}>
          <Latest message={latest} />
          <WhoIsIn room={room} />
          {unread > 0 && (
            <>
              <span className={classes.unread} data-loud={isUnread(room) || undefined} aria-hidden>
                {number(unread)}
              </span>
              <span className="sr-only">{t('unread', { count: unread })}</span>
            </>
          )}
        </div>
      </div>
      <RoomMenu room={room} className={classes.above} onLeft={onLeft} />
    </li>
  )
}

/** Who and what stand side by side, so that each is cut off at its own end, whichever way it is written. */
function Latest({ message }: { message: LatestMessageFragment | undefined }) {
  const { t } = useTranslation('home')
  const nameOf = useNameOf()
  if (!message) return <Clipped>{t('silent')}</Clipped>
  if (message.deletedAt) return <Clipped>{t('deleted')}</Clipped>
  const name = nameOf(message.author)
  if (!message.body) return <Clipped>{t('sentFile', { name })}</Clipped>
  return (
    <>
      <span className={classes.author}>{t('said', { name })}</span>
      <Clipped>{message.body}</Clipped>
    </>
  )
}
