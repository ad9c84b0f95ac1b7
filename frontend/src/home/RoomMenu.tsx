// What the viewer can do with one of their rooms without going there.
import { ActionIcon } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { LazyMenu } from '../design/LazyMenu'
import { later } from '../design/later'
import type { MyRoom } from '../news/myRooms'

const RoomMenuItems = later(async () => (await import('./RoomMenuItems')).RoomMenuItems)
const Leaving = later(async () => (await import('../membership/Leaving')).Leaving)

type Props = {
  room: MyRoom
  className: string | undefined
  /** The room is about to go from among those of the viewer, and this with it. */
  onLeft: () => void
}

export function RoomMenu({ room, className, onLeft }: Props) {
  const { t } = useTranslation('home')
  const [isLeaving, setLeaving] = useState(false)
  const close = () => setLeaving(false)
  function left() {
    close()
    onLeft()
  }
  const button = (
    <ActionIcon
      className={className}
      size={40}
      variant="subtle"
      color="gray"
      aria-label={t('roomMenu', { room: room.title })}
    >
      <IconDots size={20} />
    </ActionIcon>
  )
  return (
    <>
      <LazyMenu button={button}>
        {(target) => <RoomMenuItems button={target} room={room} onLeave={() => setLeaving(true)} />}
      </LazyMenu>
      <Suspense>{isLeaving && <Leaving room={room} onLeft={left} onClose={close} />}</Suspense>
    </>
  )
}
