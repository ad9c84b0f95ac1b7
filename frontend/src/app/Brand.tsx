// The sign and the name of the house; it leads home.
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { TeaBowl } from '../design/TeaBowl'
import classes from './Brand.module.css'
import { HOME } from './paths'

export function Brand() {
  const { t } = useTranslation('app')
  return (
    <Link href={HOME} className={classes.brand}>
      <TeaBowl size={30} />
      {t('name')}
    </Link>
  )
}
