// What one can do with a room as a whole: hear of it or not, hand on its address, keep it in order, leave it.
import { Menu } from '@mantine/core'
import { IconDoorExit, IconLink, IconSettings } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import type { RoomHeadFragment, RoomMineFragment } from '../api/generated'
import { roomPath, roomSettingsPath } from '../app/paths'
import { copy } from '../design/copy'
import type { MenuButton } from '../design/LazyMenu'
import { tell } from '../design/notices'
import { OpenedMenu } from '../design/OpenedMenu'
import { NotifyLevels } from '../membership/NotifyLevels'

type Props = {
  button: MenuButton
  room: RoomHeadFragment
  mine: RoomMineFragment | null
  onChanged: () => void
  onLeave: () => void
}

export function RoomHeaderMenu({ button, room, mine, onChanged, onLeave }: Props) {
  const { t } = useTranslation('room')
  const [, go] = useLocation()
  const isKeeper = mine?.can.rename || mine?.can.moderate || mine?.can.delete

  async function copyLink() {
    const link = new URL(roomPath(room.address), location.href).href
    tell((await copy(link)) ? t('copied') : link)
  }

  return (
    <OpenedMenu button={button} position="bottom-end" width={240}>
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
      <Menu.Item c="var(--wrong)" leftSection={<IconDoorExit size={16} />} onClick={onLeave}>
        {t('membership:leave')}
      </Menu.Item>
    </OpenedMenu>
  )
}
