// An address that leads nowhere.
import { useTranslation } from 'react-i18next'

import { Nowhere } from '../design/Nowhere'

export function NotFound() {
  const { t } = useTranslation('app')
  return <Nowhere title={t('notFound')} about={t('notFoundAbout')} />
}
