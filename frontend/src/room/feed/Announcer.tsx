// Says what is new to whoever does not see it: one message as it is, many at once as a number.
import { VisuallyHidden } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import { unreadCount } from './rows'
import type { FeedState } from './state'

type Props = { state: FeedState; last: string | null; viewer: string }

const PAUSE_MS = 1_000
const LONGEST = 300

export function Announcer({ state, last, viewer }: Props) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const nameOf = useNameOf()
  const [text, setText] = useState('')
  const told = useRef(last)
  const now = useRef({ state, last })
  now.current = { state, last }
  const waiting = useRef<ReturnType<typeof setTimeout>>(undefined)

  // biome-ignore lint/correctness/useExhaustiveDependencies: when there is another last one, and only then
  useEffect(() => {
    if (last === told.current || last === null || waiting.current) return
    waiting.current = setTimeout(() => {
      waiting.current = undefined
      const { state, last } = now.current
      const count = unreadCount(state, told.current, viewer)
      const message = state.messages.get(last ?? '')
      told.current = last
      if (!message || !count) return
      const name = nameOf(state.people.get(message.author.id) ?? message.author)
      setText(
        count === 1 && message.author.id !== viewer
          ? t('feed.said', { name, body: message.body.slice(0, LONGEST) })
          : t('feed.news', { count, number: number(count) }),
      )
    }, PAUSE_MS)
  }, [last])
  useEffect(() => () => clearTimeout(waiting.current), [])

  return (
    <VisuallyHidden role="status" aria-live="polite">
      {text}
    </VisuallyHidden>
  )
}
