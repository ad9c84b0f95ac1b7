// How much one is told of a room, as a part of its menu.
import { Menu } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { act } from '../api/act'
import { type Notify, SetNotifyDocument } from '../api/generated'
import { tell } from '../design/notices'

type Props = {
  room: string
  level: Notify | undefined
  onChanged?: () => void
}

const LEVELS: readonly Notify[] = ['ALL', 'MENTIONS', 'NONE']

export function NotifyLevels({ room, level, onChanged }: Props) {
  const { t } = useTranslation('membership')
  const names = { ALL: t('notifyAll'), MENTIONS: t('notifyMentions'), NONE: t('notifyNone') }

  async function set(notify: Notify) {
    const { problem } = await act(SetNotifyDocument, { input: { room, notify } })
    if (problem) tell(problem.detail)
    else onChanged?.()
  }

  return (
    <>
      <Menu.Label>{t('notify')}</Menu.Label>
      <Menu.RadioGroup value={level ?? null} onChange={(chosen) => void set(chosen as Notify)}>
        {LEVELS.map((each) => (
          <Menu.RadioItem key={each} value={each} closeMenuOnClick>
            {names[each]}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  )
}
