// Who is online in one of the viewer's rooms, as small faces; asked anew when they become more or fewer.
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'

import { WhoIsInDocument } from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import type { MyRoom } from '../news/myRooms'
import classes from './WhoIsIn.module.css'

const FACES = 3

export function WhoIsIn({ room: { id, onlineCount, online } }: { room: MyRoom }) {
  const { t } = useTranslation('home')
  // What is answered changes the room where it is kept.
  const [, ask] = useQuery({ query: WhoIsInDocument, variables: { room: id }, pause: true })
  const known = useRef(onlineCount)
  useEffect(() => {
    if (known.current === onlineCount) return
    known.current = onlineCount
    if (onlineCount > 0) ask({ requestPolicy: 'network-only' })
  }, [onlineCount, ask])

  if (onlineCount === 0) return null
  const faces = online.nodes.slice(0, onlineCount > FACES ? FACES - 1 : FACES)
  return (
    <span className={classes.faces}>
      <span className="sr-only">{t('online', { count: onlineCount })}</span>
      {faces.map(({ user }) => (
        <PersonAvatar key={user.id} person={user} size={22} />
      ))}
      {onlineCount > faces.length && (
        <span className={classes.more} aria-hidden>
          {t('more', { rest: onlineCount - faces.length })}
        </span>
      )}
    </span>
  )
}
