// The message that one answers, in a line or two; it leads there.
import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { PersonName } from '../../design/PersonName'
import classes from './Quote.module.css'
import type { Message, Person } from './state'

type Props = {
  message: Pick<Message, 'id' | 'body' | 'deletedAt'>
  author: Person
  onOpen: (message: string) => void
}

export function Quote({ message: { id, body, deletedAt }, author, onOpen }: Props) {
  const { t } = useTranslation('room')
  return (
    <UnstyledButton className={classes.quote} onClick={() => onOpen(id)}>
      <span className={classes.author}>
        <PersonName person={author} />
      </span>
      <span className={classes.body} dir="auto" data-gone={deletedAt ? true : undefined}>
        {deletedAt ? t('message.deleted') : body || t('message.attachment')}
      </span>
    </UnstyledButton>
  )
}
