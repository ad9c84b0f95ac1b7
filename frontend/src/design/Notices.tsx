// Where `tell` is shown: at the bottom, above everything, and never in the way of the keyboard.
import { CloseButton, Portal } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useStore } from '../api/store'
import classes from './Notices.module.css'
import { dismiss, notices } from './notices'

export function Notices() {
  const { t } = useTranslation('design')
  const shown = useStore(notices)
  return (
    <Portal>
      <div className={classes.notices} role="status">
        {shown.map(({ id, text }) => (
          <div key={id} className={classes.notice}>
            <span dir="auto">{text}</span>
            <CloseButton size="md" c="inherit" aria-label={t('dismiss')} onClick={() => dismiss(id)} />
          </div>
        ))}
      </div>
    </Portal>
  )
}
