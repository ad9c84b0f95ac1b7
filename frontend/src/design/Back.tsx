// From a screen to the list of rooms, where there is no room for both side by side.
import { ActionIcon } from '@mantine/core'
import { IconChevronLeft } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { HOME } from '../app/paths'
import classes from './Back.module.css'

export function Back() {
  const { t } = useTranslation('design')
  return (
    <ActionIcon
      className={classes.back}
      component={Link}
      href={HOME}
      size={40}
      variant="subtle"
      color="gray"
      aria-label={t('back')}
    >
      <IconChevronLeft className={classes.arrow} />
    </ActionIcon>
  )
}
