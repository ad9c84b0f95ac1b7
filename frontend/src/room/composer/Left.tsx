// How many characters may follow, or are too many.
import { useTranslation } from 'react-i18next'

import { useFormat } from '../../i18n/format'

export function Left({ count }: { count: number }) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  return count < 0 ? (
    <span role="status" data-over>
      {t('composer.over', { count: -count, number: number(-count) })}
    </span>
  ) : (
    <span>{t('composer.left', { count, number: number(count) })}</span>
  )
}
