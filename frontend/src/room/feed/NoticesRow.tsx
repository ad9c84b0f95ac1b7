// Who came and went, between the messages: a few lines each for itself, many folded into one.
import { UnstyledButton } from '@mantine/core'
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import noticeClasses from './NoticesRow.module.css'
import classes from './Row.module.css'
import { NOTICES_SHOWN } from './rows'
import type { Notice, Person } from './state'

type Props = { notices: readonly Notice[]; people: ReadonlyMap<string, Person> }

export const NoticesRow = memo(function NoticesRow({ notices, people }: Props) {
  const { t } = useTranslation('room')
  const [isOpen, setOpen] = useState(false)
  const count = new Set(notices.map(({ who }) => who)).size
  const isFolded = notices.length > NOTICES_SHOWN
  return (
    <>
      {isFolded && (
        <div className={classes.notices}>
          <UnstyledButton
            className={noticeClasses.fold}
            aria-expanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {t('notice.folded', { count })}
          </UnstyledButton>
        </div>
      )}
      {(isOpen || !isFolded) && (
        <ul className={classes.notices}>
          {notices.map((notice) => (
            <NoticeLine key={notice.id} notice={notice} people={people} />
          ))}
        </ul>
      )}
    </>
  )
})

function NoticeLine({
  notice: { what, who, by, at, title },
  people,
}: {
  notice: Notice
  people: Props['people']
}) {
  const say = useSay()
  const format = useFormat()
  const date = new Date(at)
  return (
    <li>
      {say(what, people.get(who ?? ''), people.get(by ?? ''), title)}{' '}
      <time dateTime={at} title={format.moment(date)} className={noticeClasses.time}>
        {format.time(date)}
      </time>
    </li>
  )
}

/** A notice in words. */
function useSay() {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  return (what: Notice['what'], who: Person | undefined, by: Person | undefined, title = '') => {
    const name = who ? nameOf(who) : t('somebody')
    const moderator = by ? nameOf(by) : t('somebody')
    switch (what) {
      case 'online':
        return t('notice.online', { name })
      case 'offline':
        return t('notice.offline', { name })
      case 'joined':
        return t('notice.joined', { name })
      case 'left':
        return t('notice.left', { name })
      case 'kicked':
        return t('notice.kicked', { name, moderator })
      case 'banned':
        return t('notice.banned', { name, moderator })
      case 'deleted':
        return t('notice.accountDeleted')
      case 'renamed':
        return t('notice.renamed', { name, title })
    }
  }
}
