// Where a panel is shown on a narrow page: above the room.
import { Drawer } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

type Props = { title: string; onClose: () => void; children: ReactNode }

export function SideDrawer({ title, onClose, children }: Props) {
  const { t } = useTranslation('room')
  const [isOpen, setOpen] = useState(false)
  // It comes in from the side.
  useEffect(() => setOpen(true), [])
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size="min(22rem, 100%)"
      title={title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {children}
    </Drawer>
  )
}
