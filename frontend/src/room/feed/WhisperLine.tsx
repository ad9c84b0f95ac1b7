// A whisper among the messages: marked as what only two people see, and nobody will see again.
import { IconEyeOff } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { PersonAvatar } from '../../design/Avatar'
import { IconButton } from '../../design/IconButton'
import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import type { Whisper } from '../../whispers/whispers'
import actionClasses from './Actions.module.css'
import { Aside } from './Aside'
import { MessageBody } from './MessageBody'
import classes from './Row.module.css'
import { pressed } from './rowKeys'
import { useFeedTools } from './tools'
import { useNear } from './useNear'

type Props = {
  whisper: Whisper
  /** Its name as a line of the feed. */
  row: string
  /** The one that is reached by Tab. */
  isStop: boolean
  viewer: string
  /** Who of the two is not the viewer is here, and the viewer may write to them. */
  canAnswer: boolean
}

export const WhisperLine = memo(function WhisperLine({ whisper, row, isStop, viewer, canAnswer }: Props) {
  const { t } = useTranslation('room')
  const format = useFormat()
  const nameOf = useNameOf()
  const tools = useFeedTools()
  const [isNear, nearEvents] = useNear()
  const { sender, recipient, body } = whisper
  const isOwn = sender.id === viewer
  const at = new Date(whisper.sentAt)
  const title = isOwn
    ? t('whisper.to', { name: nameOf(recipient) })
    : t('whisper.from', { name: nameOf(sender) })
  const answer = () => tools.whisper(isOwn ? recipient : sender)

  return (
    <article
      className={classes.row}
      data-row={row}
      data-own={isOwn || undefined}
      data-first
      tabIndex={isStop ? 0 : -1}
      aria-label={title}
      onKeyDown={(event) => pressed(event, { r: canAnswer && answer })}
      {...nearEvents}
    >
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
        {canAnswer && isNear && (
          <div className={classes.actions}>
            <div className={actionClasses.bar}>
              <IconButton label={t('action.whisper')} onClick={answer}>
                <IconEyeOff size={18} stroke={1.6} />
              </IconButton>
            </div>
          </div>
        )}
      </div>
    </article>
  )
})
