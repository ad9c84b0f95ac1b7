// Which room this is, who is here, and what one can do with it as a whole.
import { ActionIcon, UnstyledButton } from '@mantine/core'
import { IconDots, IconLock, IconSearch, IconUsers } from '@tabler/icons-react'
import { memo, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import type { RoomHeadFragment, RoomMineFragment } from '../api/generated'
import { HOME } from '../app/paths'
import { Back } from '../design/Back'
import { IconButton } from '../design/IconButton'
import { LazyMenu } from '../design/LazyMenu'
import { later } from '../design/later'
import { useFormat } from '../i18n/format'
import classes from './RoomHeader.module.css'

const Leaving = later(async () => (await import('../membership/Leaving')).Leaving)
const RoomHeaderMenu = later(async () => (await import('./RoomHeaderMenu')).RoomHeaderMenu)

export type Panel = 'people' | 'search'

type Props = {
  room: RoomHeadFragment
  mine: RoomMineFragment | null
  panel: Panel | null
  onPanel: (panel: Panel | null) => void
  onChanged: () => void
}

export const RoomHeader = memo(function RoomHeader({ room, mine, panel, onPanel, onChanged }: Props) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const [, go] = useLocation()
  const [isLeaving, setLeaving] = useState(false)

  return (
    <header className={classes.header}>
      <Back />
      <div className={classes.names}>
        <h1 className={classes.title}>
          {room.isPrivate && <IconLock size={16} stroke={1.8} role="img" aria-label={t('head.private')} />}
          <bdi>{room.title}</bdi>
        </h1>
        {room.topic && (
          <p className={classes.topic} dir="auto" title={room.topic}>
            {room.topic}
          </p>
        )}
      </div>
      <UnstyledButton
        className={classes.people}
        aria-label={t('head.people', { count: room.onlineCount, number: number(room.onlineCount) })}
        aria-expanded={panel === 'people'}
        onClick={() => onPanel(panel === 'people' ? null : 'people')}
      >
        <IconUsers size={20} stroke={1.6} aria-hidden />
        <span className={classes.online}>{number(room.onlineCount)}</span>
      </UnstyledButton>
      <IconButton
        label={t('head.search')}
        aria-expanded={panel === 'search'}
        onClick={() => onPanel(panel === 'search' ? null : 'search')}
      >
        <IconSearch size={20} stroke={1.6} />
      </IconButton>
      <LazyMenu
        button={
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('head.more')}>
            <IconDots size={20} stroke={1.6} />
          </ActionIcon>
        }
      >
        {(button) => (
          <RoomHeaderMenu
            button={button}
            room={room}
            mine={mine}
            onChanged={onChanged}
            onLeave={() => setLeaving(true)}
          />
        )}
      </LazyMenu>
      <Suspense>
        {isLeaving && <Leaving room={room} onLeft={() => go(HOME)} onClose={() => setLeaving(false)} />}
      </Suspense>
    </header>
  )
})
