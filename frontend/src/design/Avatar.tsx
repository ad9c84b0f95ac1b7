// A person as a small round picture; without one, their initials on a colour that is always the same for them.
// It says nothing that the name beside it does not, so it is no picture to a screen reader.
import { IconUser } from '@tabler/icons-react'
import { type CSSProperties, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { PersonFragment } from '../api/generated'
import classes from './Avatar.module.css'
import { hueOf, initialsOf } from './initials'

type Props = {
  person: PersonFragment
  /** Pixels. */
  size: number
  isOnline?: boolean
}

export function PersonAvatar({ person, size, isOnline = false }: Props) {
  return (
    <span className={classes.avatar} style={{ '--size': `${size}px` } as CSSProperties}>
      <Face key={person.avatarUrl} person={person} />
      {isOnline && <Online />}
    </span>
  )
}

function Online() {
  const { t } = useTranslation('design')
  return (
    <span className={classes.online}>
      <span className="sr-only">{t('online')}</span>
    </span>
  )
}

function Face({ person: { id, username, displayName, deletedAt, avatarUrl } }: { person: PersonFragment }) {
  const [isBroken, setBroken] = useState(false)
  if (deletedAt)
    return (
      <span className={classes.nobody} aria-hidden>
        <IconUser size="60%" stroke={1.5} />
      </span>
    )
  if (avatarUrl && !isBroken)
    return (
      <img
        className={classes.picture}
        src={avatarUrl}
        alt=""
        decoding="async"
        draggable={false}
        onError={() => setBroken(true)}
      />
    )
  return (
    <span className={classes.initials} style={{ '--hue': hueOf(id) } as CSSProperties} aria-hidden>
      {initialsOf(displayName || username)}
    </span>
  )
}
