// Something is on its way. It appears late, so that what is quick does not flicker.
import { Center, Loader } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import classes from './Loading.module.css'

export function Loading() {
  const { t } = useTranslation('design')
  return (
    <Center className={classes.loading} role="status" aria-label={t('loading')}>
      <Loader type="dots" />
    </Center>
  )
}
