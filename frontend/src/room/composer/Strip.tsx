// Above the text: what it answers, or whom alone it is for.
import { IconArrowBackUp, IconEyeOff, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../design/IconButton'
import { useNameOf } from '../../design/PersonName'
import type { Message, Person } from '../feed/state'
import classes from './Strip.module.css'

export function ReplyStrip({ message, onEnd }: { message: Message; onEnd: () => void }) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  const [file] = message.attachments
  return (
    <div className={classes.strip}>
      <IconArrowBackUp size={18} className={classes.turned} aria-hidden />
      <div className={classes.words}>
        <div className={classes.title}>{t('composer.reply', { name: nameOf(message.author) })}</div>
        <div className={classes.quoted} dir="auto">
          {message.body || file?.name}
        </div>
      </div>
      <IconButton label={t('composer.endReply')} size={40} onClick={onEnd}>
        <IconX size={18} aria-hidden />
      </IconButton>
    </div>
  )
}

export function WhisperStrip({ person, onEnd }: { person: Person; onEnd: () => void }) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  return (
    <div className={classes.strip} data-private>
      <IconEyeOff size={18} aria-hidden />
      <div className={classes.words}>{t('composer.whisper', { name: nameOf(person) })}</div>
      <IconButton label={t('composer.endWhisper')} size={40} onClick={onEnd}>
        <IconX size={18} aria-hidden />
      </IconButton>
    </div>
  )
}
