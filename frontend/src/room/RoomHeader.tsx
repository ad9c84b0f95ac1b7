// Which room this is, who is here, and what one can do with it as a whole.
import { ActionIcon, Menu, UnstyledButton } from '@mantine/core'
import {
  IconDoorExit,
  IconDots,
  IconLink,
  IconLock,
  IconSearch,
  IconSettings,
  IconUsers,
} from '@tabler/icons-react'
import { lazy, memo, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import type { RoomHeadFragment, RoomMineFragment } from '../api/generated'
import { HOME, roomPath, roomSettingsPath } from '../app/paths'
import { Back } from '../design/Back'
import { copy } from '../design/copy'
import { IconButton } from '../design/IconButton'
import { tell } from '../design/notices'
import { useFormat } from '../i18n/format'
import { NotifyLevels } from '../membership/NotifyLevels'
import classes from './RoomHeader.module.css'

const Leaving = lazy(async () => ({ default: (await import('../membership/Leaving')).Leaving }))

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
  const isKeeper = mine?.can.rename || mine?.can.moderate || mine?.can.delete

  async function copyLink() {
    const link = new URL(roomPath(room.address), location.href).href
    tell((await copy(link)) ? t('copied') : link)
  }

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
      <Menu withInitialFocusPlaceholder={false} position="bottom-end" shadow="md" width={240}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('head.more')}>
            <IconDots size={20} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <NotifyLevels room={room.id} level={mine?.notify} onChanged={onChanged} />
          <Menu.Divider />
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => void copyLink()}>
            {t('head.copyLink')}
          </Menu.Item>
          {isKeeper && (
            <Menu.Item
              leftSection={<IconSettings size={16} />}
              onClick={() => go(roomSettingsPath(room.address))}
            >
              {t('head.settings')}
            </Menu.Item>
          )}
          <Menu.Item
            c="var(--wrong)"
            leftSection={<IconDoorExit size={16} />}
            onClick={() => setLeaving(true)}
          >
            {t('membership:leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>
        {isLeaving && <Leaving room={room} onLeft={() => go(HOME)} onClose={() => setLeaving(false)} />}
      </Suspense>
    </header>
  )
})
