// Being told more or less of a room, and leaving it.
import { Menu } from '@mantine/core'
import { IconDoorExit } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import { act } from '../api/act'
import { type Notify, SetNotifyDocument } from '../api/generated'
import type { MenuButton } from '../design/LazyMenu'
import { tell } from '../design/notices'
import { OpenedMenu } from '../design/OpenedMenu'
import type { MyRoom } from '../news/myRooms'

type Props = { button: MenuButton; room: MyRoom; onLeave: () => void }

export function RoomMenuItems({ button, room, onLeave }: Props) {
  const { t } = useTranslation('home')

  async function setNotify(notify: Notify) {
    const { problem } = await act(SetNotifyDocument, { input: { room: room.id, notify } })
    if (problem) tell(problem.detail)
  }

  return (
    <OpenedMenu button={button} position="bottom-end">
      <Menu.Label>{t('notify')}</Menu.Label>
      <Menu.RadioGroup
        value={room.viewer?.notify ?? null}
        onChange={(value) => void setNotify(value as Notify)}
      >
        <Menu.RadioItem value="ALL" closeMenuOnClick>
          {t('notifyAll')}
        </Menu.RadioItem>
        <Menu.RadioItem value="MENTIONS" closeMenuOnClick>
          {t('notifyMentions')}
        </Menu.RadioItem>
        <Menu.RadioItem value="NONE" closeMenuOnClick>
          {t('notifyNone')}
        </Menu.RadioItem>
      </Menu.RadioGroup>
      <Menu.Divider />
      <Menu.Item c="var(--wrong)" leftSection={<IconDoorExit size={18} />} onClick={onLeave}>
        {t('leave')}
      </Menu.Item>
    </OpenedMenu>
  )
}
