// A room as a small square: the first letter of its title on a colour that is always the same for it.
import { IconLock } from '@tabler/icons-react'
import type { CSSProperties } from 'react'

import { hueOf, initialsOf } from './initials'
import classes from './RoomSign.module.css'

type Props = {
  room: { readonly id: string; readonly title: string; readonly isPrivate?: boolean }
  /** Pixels. */
  size: number
}

export function RoomSign({ room: { id, title, isPrivate }, size }: Props) {
  const style = { '--size': `${size}px`, '--hue': hueOf(id) } as CSSProperties
  return (
    <span className={classes.sign} style={style} aria-hidden>
      {isPrivate ? <IconLock size="55%" stroke={2} /> : initialsOf(title).split('\u200c')[0] || '#'}
    </span>
  )
}
