// Being told more or less of a room, and leaving it.
import { Menu } from '@mantine/core'
import { IconDoorExit } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import type { MenuButton } from '../design/LazyMenu'
import { OpenedMenu } from '../design/OpenedMenu'
import { NotifyLevels } from '../membership/NotifyLevels'
import type { MyRoom } from '../news/myRooms'

type Props = { button: MenuButton; room: MyRoom; onLeave: () => void }

export function RoomMenuItems({ button, room, onLeave }: Props) {
  const { t } = useTranslation('membership')
  return (
    <OpenedMenu button={button} position="bottom-end">
      <NotifyLevels room={room.id} level={room.viewer?.notify} />
      <Menu.Divider />
      <Menu.Item c="var(--wrong)" leftSection={<IconDoorExit size={18} />} onClick={onLeave}>
        {t('leave')}
      </Menu.Item>
    </OpenedMenu>
  )
}
