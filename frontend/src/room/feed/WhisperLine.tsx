// A whisper among the messages: marked as what only two people see, and nobody will see again.
import { IconEyeOff } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import type { WhisperFieldsFragment } from '../../api/generated'
import { PersonAvatar } from '../../design/Avatar'
import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import { Aside } from './Aside'
import { MessageBody } from './MessageBody'
import classes from './Row.module.css'

type Props = { whisper: WhisperFieldsFragment; viewer: string }

export const WhisperLine = memo(function WhisperLine({ whisper, viewer }: Props) {
  const { t } = useTranslation('room')
  const format = useFormat()
  const nameOf = useNameOf()
  const { sender, recipient, body } = whisper
  const isOwn = sender.id === viewer
  const at = new Date(whisper.sentAt)
  const title = isOwn
    ? t('whisper.to', { name: nameOf(recipient) })
    : t('whisper.from', { name: nameOf(sender) })
  return (
    <article className={classes.row} data-own={isOwn || undefined} data-first aria-label={title}>
      {!isOwn && (
        <div>
          <PersonAvatar person={sender} size={36} />
        </div>
      )}
      <div className={classes.bubble} data-private>
        <div className={classes.private}>
          <IconEyeOff size={14} aria-hidden />
          <span>{title}</span>
          <small>{t('whisper.notStored')}</small>
        </div>
        <MessageBody body={body} viewer={viewer}>
          <Aside>
            <time dateTime={whisper.sentAt} title={format.moment(at)}>
              {format.time(at)}
            </time>
          </Aside>
        </MessageBody>
      </div>
    </article>
  )
})
