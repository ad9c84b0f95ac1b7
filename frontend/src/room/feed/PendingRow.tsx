// One's own message that the server does not have yet, or has refused: it says so.
import { Button, Loader } from '@mantine/core'
import { IconAlertCircle, IconClock } from '@tabler/icons-react'
import { memo, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { discard, type Pending, retry } from '../../outbox/outbox'
import { Aside } from './Aside'
import { Attachments } from './Attachments'
import { MessageBody } from './MessageBody'
import { Quote } from './Quote'
import classes from './Row.module.css'
import { pressed } from './rowKeys'
import { useFeedTools } from './tools'

type Props = {
  pending: Pending
  /** Its name as a line of the feed. */
  row: string
  isFirst: boolean
  /** The one that is reached by Tab. */
  isStop: boolean
  viewer: string
}

export const PendingRow = memo(function PendingRow({ pending, row, isFirst, isStop, viewer }: Props) {
  const { t } = useTranslation('room')
  const { jump } = useFeedTools()
  const line = useRef<HTMLElement>(null)
  const { key, body, replyTo, attachments, state, detail } = pending
  const isRefused = state === 'refused'

  /** The button goes, and must not take the focus with it. */
  const settle = (how: typeof retry) => {
    line.current?.focus({ preventScroll: true })
    how(key)
  }
  const again = () => settle(retry)
  const drop = () => settle(discard)
  const keys = { Enter: isRefused && again, Delete: isRefused && drop, Backspace: isRefused && drop }

  return (
    <article
      ref={line}
      className={classes.row}
      data-row={row}
      data-own
      data-first={isFirst || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={t('pending.label')}
      onKeyDown={(event) => pressed(event, keys)}
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
        {isRefused && (
          <div className={classes.trouble}>
            <span>
              <IconAlertCircle size={14} aria-hidden /> {detail ?? t('pending.refused')}
            </span>
            <Button size="compact-sm" variant="light" onClick={again}>
              {t('pending.retry')}
            </Button>
            <Button size="compact-sm" variant="subtle" color="gray" onClick={drop}>
              {t('pending.discard')}
            </Button>
          </div>
        )}
      </div>
    </article>
  )
})
