// A person's name, in its own direction; and words for those who have none any more.
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

import type { PersonFragment } from '../api/generated'
import classes from './PersonName.module.css'

type Named = Pick<PersonFragment, 'username' | 'displayName' | 'deletedAt'>

export function PersonName({ person }: { person: PersonFragment }) {
  return person.deletedAt ? <Deleted /> : <bdi>{person.displayName || person.username}</bdi>
}

function Deleted() {
  const { t } = useTranslation('design')
  return <span className={classes.deleted}>{t('deletedAccount')}</span>
}

/** The same where only a string will do: in a sentence, a label, a title. */
export function useNameOf(): (person: Named) => string {
  const { t } = useTranslation('design')
  return useCallback(
    (person) => (person.deletedAt ? t('deletedAccount') : person.displayName || person.username),
    [t],
  )
}
