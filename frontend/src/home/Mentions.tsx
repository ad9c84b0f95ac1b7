// The last messages that name the viewer; each leads to where it was said.
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import type { MentionLineFragment } from '../api/generated'
import { roomPath } from '../app/paths'
import { PersonAvatar } from '../design/Avatar'
import { Clipped } from '../design/Clipped'
import { useNameOf } from '../design/PersonName'
import { useFormat } from '../i18n/format'
import { ListSection } from './ListSection'
import classes from './Row.module.css'

export function Mentions({ messages }: { messages: readonly MentionLineFragment[] }) {
  const { t } = useTranslation('home')
  const { short } = useFormat()
  const nameOf = useNameOf()
  const shown = messages.filter(({ deletedAt }) => !deletedAt).toReversed()
  if (shown.length === 0) return null
  return (
    <ListSection title={t('mentions')}>
      <ul className={classes.list}>
        {shown.map(({ id, author, body, sentAt, room }) => (
          <li key={id} className={classes.row}>
            <PersonAvatar person={author} size={36} />
            <div className={classes.text}>
              <div className={classes.first}>
                <Link href={roomPath(room.address, { message: id })} className={classes.link}>
                  {t('mentionIn', { name: nameOf(author), room: room.title })}
                </Link>
                <time className={`${classes.soft} ${classes.push}`} dateTime={sentAt}>
                  {short(new Date(sentAt))}
                </time>
              </div>
              <div className={classes.second}>
                <Clipped>{body}</Clipped>
              </div>
            </div>
          </li>
        ))}
      </ul>
    </ListSection>
  )
}
