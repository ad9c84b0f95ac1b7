// Asks before a message is deleted.
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { DeleteMessageDocument } from '../api/generated'
import { Confirm } from '../design/Confirm'
import type { Message } from './feed/state'
import type { RoomFeed } from './RoomFeed'

type Props = { message: Message; feed: RoomFeed; onEnd: () => void }

export function Removal({ message, feed, onEnd }: Props) {
  const { t } = useTranslation('room')
  const { run, busy, problem } = useAct(DeleteMessageDocument)

  async function remove() {
    const accepted = await run({ input: { message: message.id } })
    if (!accepted) return
    feed.learn(accepted.message)
    onEnd()
  }

  return (
    <Confirm
      title={t('delete.title')}
      about={t('delete.about')}
      action={t('action.delete')}
      isBusy={busy}
      problem={problem}
      onConfirm={() => void remove()}
      onClose={onEnd}
    />
  )
}
