// Where a panel is shown on a wide page: beside the room. Escape closes it, as it does a drawer.
import { CloseButton, Title } from '@mantine/core'
import type { KeyboardEvent, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './SidePanel.module.css'

type Props = { title: string; onClose: () => void; children: ReactNode }

export function SidePanel({ title, onClose, children }: Props) {
  const { t } = useTranslation('room')
  function closeOnEscape({ key, target }: KeyboardEvent) {
    // The browser empties a search box first.
    const isFilled = target instanceof HTMLInputElement && target.value !== ''
    if (key === 'Escape' && !isFilled) onClose()
  }
  return (
    <aside className={classes.panel} aria-label={title} onKeyDown={closeOnEscape}>
      <div className={classes.head}>
        <Title order={2} size="h5">
          {title}
        </Title>
        <CloseButton aria-label={t('close')} onClick={onClose} />
      </div>
      {children}
    </aside>
  )
}
