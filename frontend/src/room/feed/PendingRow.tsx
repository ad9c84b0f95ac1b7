// One's own message that the server does not have yet, or has refused: it says so.
import { Button, Loader } from '@mantine/core'
import { IconAlertCircle, IconClock } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { discard, type Pending, retry } from '../../outbox/outbox'
import { Aside } from './Aside'
import { Attachments } from './Attachments'
import { MessageBody } from './MessageBody'
import { Quote } from './Quote'
import classes from './Row.module.css'
import { useFeedTools } from './tools'

type Props = { pending: Pending; isFirst: boolean; viewer: string }

export const PendingRow = memo(function PendingRow({ pending, isFirst, viewer }: Props) {
  const { t } = useTranslation('room')
  const { jump } = useFeedTools()
  const { key, body, replyTo, attachments, state, detail } = pending
  return (
    <article
      className={classes.row}
      data-own
      data-first={isFirst || undefined}
      aria-label={t('pending.label')}
    >
      <div className={classes.bubble} data-state={state}>
        {replyTo && <Quote message={replyTo} author={replyTo.author} onOpen={jump} />}
        <Attachments attachments={attachments} />
        <MessageBody body={body} viewer={viewer}>
          <Aside>
            {state === 'waiting' && (
              <>
                <IconClock size={12} aria-hidden /> {t('pending.waiting')}
              </>
            )}
            {state === 'sending' && (
              <Loader size={10} color="gray" role="img" aria-label={t('pending.sending')} />
            )}
          </Aside>
        </MessageBody>
        {state === 'refused' && (
          <div className={classes.trouble} role="alert">
            <span>
              <IconAlertCircle size={14} aria-hidden /> {detail ?? t('pending.refused')}
            </span>
            <Button size="compact-sm" variant="light" onClick={() => retry(key)}>
              {t('pending.retry')}
            </Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => discard(key)}>
              {t('pending.discard')}
            </Button>
          </div>
        )}
      </div>
    </article>
  )
})
