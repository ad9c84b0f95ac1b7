// One of the viewer's rooms, in the list beside the screen.
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { Clipped } from '../design/Clipped'
import { RoomSign } from '../design/RoomSign'
import { useFormat } from '../i18n/format'
import { isUnread, type MyRoom } from '../news/myRooms'
import { roomPath } from './paths'
import classes from './RoomLink.module.css'

export function RoomLink({ room, isOpen }: { room: MyRoom; isOpen: boolean }) {
  const { t } = useTranslation('app')
  const { number } = useFormat()
  const unread = room.viewer?.unreadCount ?? 0
  return (
    <Link
      href={roomPath(room.address)}
      className={classes.link}
      aria-current={isOpen ? 'page' : undefined}
      data-unread={isUnread(room) || undefined}
    >
      <RoomSign room={room} size={28} />
      <Clipped>{room.title}</Clipped>
      {room.onlineCount > 0 && (
        <>
          <span className={classes.online} aria-hidden>
            {number(room.onlineCount)}
          </span>
          <span className="sr-only">{t('online', { count: room.onlineCount })}</span>
        </>
      )}
      {unread > 0 && !isOpen && (
        <>
          <span className={classes.unread} aria-hidden>
            {unread > 99 ? t('manyUnread', { limit: 99 }) : number(unread)}
          </span>
          <span className="sr-only">{t('unread', { count: unread })}</span>
        </>
      )}
    </Link>
  )
}
