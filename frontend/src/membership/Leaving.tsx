// Asks once more before a room is left, and says what that means for this one.
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { LeaveRoomDocument, type RoomHeadFragment } from '../api/generated'
import { Confirm } from '../design/Confirm'

type Props = {
  room: Pick<RoomHeadFragment, 'id' | 'title' | 'isPrivate' | 'memberCount'>
  onLeft: () => void
  onClose: () => void
}

export function Leaving({ room, onLeft, onClose }: Props) {
  const { t } = useTranslation('membership')
  const { run, busy, problem } = useAct(LeaveRoomDocument)

  async function leave() {
    if (await run({ input: { room: room.id } })) onLeft()
  }

  return (
    <Confirm
      title={t('leaveRoom', { room: room.title })}
      about={room.memberCount === 1 ? t('leaveLast') : room.isPrivate ? t('leavePrivate') : t('leavePublic')}
      action={t('leave')}
      isBusy={busy}
      problem={problem}
      onConfirm={() => void leave()}
      onClose={onClose}
    />
  )
}
