// How many characters may follow, or are too many.
import { VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useFormat } from '../../i18n/format'

/** Nothing is shown while the number is of no interest. */
export function Left({ count }: { count: number | null }) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const isOver = count !== null && count < 0
  return (
    <>
      {/* That it is too much is said once: the number changes with every key. */}
      <VisuallyHidden role="status">{isOver && t('composer.tooLong')}</VisuallyHidden>
      {isOver && <span data-over>{t('composer.over', { count: -count, number: number(-count) })}</span>}
      {count !== null && !isOver && <span>{t('composer.left', { count, number: number(count) })}</span>}
    </>
  )
}
