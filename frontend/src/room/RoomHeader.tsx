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
import { memo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { act, useAct } from '../api/act'
import {
  LeaveRoomDocument,
  type Notify,
  type RoomHeadFragment,
  type RoomMineFragment,
  SetNotifyDocument,
} from '../api/generated'
import { HOME, roomPath, roomSettingsPath } from '../app/paths'
import { Back } from '../design/Back'
import { copy } from '../design/copy'
import { IconButton } from '../design/IconButton'
import { tell } from '../design/notices'
import { useFormat } from '../i18n/format'
import { Confirm } from './Confirm'
import classes from './RoomHeader.module.css'

export type Panel = 'people' | 'search'

type Props = {
  room: RoomHeadFragment
  mine: RoomMineFragment | null
  panel: Panel | null
  onPanel: (panel: Panel | null) => void
  onChanged: () => void
}

const LEVELS: readonly Notify[] = ['ALL', 'MENTIONS', 'NONE']

export const RoomHeader = memo(function RoomHeader({ room, mine, panel, onPanel, onChanged }: Props) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const [, go] = useLocation()
  const [isLeaving, setLeaving] = useState(false)
  const leave = useAct(LeaveRoomDocument)
  const levels = { ALL: t('notify.all'), MENTIONS: t('notify.mentions'), NONE: t('notify.none') }
  const isKeeper = mine?.can.rename || mine?.can.moderate || mine?.can.delete

  async function setNotify(notify: Notify) {
    const { problem } = await act(SetNotifyDocument, { input: { room: room.id, notify } })
    if (problem) tell(problem.detail)
    else onChanged()
  }

  async function copyLink() {
    const link = new URL(roomPath(room.address), location.href).href
    tell((await copy(link)) ? t('copied') : link)
  }

  async function onLeave() {
    if (await leave.run({ input: { room: room.id } })) go(HOME)
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
          <Menu.Label>{t('notify.title')}</Menu.Label>
          <Menu.RadioGroup value={mine?.notify ?? null} onChange={(level) => void setNotify(level as Notify)}>
            {LEVELS.map((level) => (
              <Menu.RadioItem key={level} value={level} closeMenuOnClick>
                {levels[level]}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
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
            {t('head.leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm
        isOpen={isLeaving}
        title={t('leave.title', { title: room.title })}
        about={
          room.memberCount === 1 ? t('leave.last') : room.isPrivate ? t('leave.private') : t('leave.about')
        }
        action={t('leave.action')}
        isBusy={leave.busy}
        problem={leave.problem}
        onConfirm={() => void onLeave()}
        onClose={() => setLeaving(false)}
      />
    </header>
  )
})
