// Asks once more before a room is left, and says what that means for this one.
import { Button, Group, Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { LeaveRoomDocument } from '../api/generated'
import type { MyRoom } from '../news/myRooms'

export function Leaving({ room, onClose }: { room: MyRoom; onClose: () => void }) {
  const { t } = useTranslation('home')
  const { run, busy, problem } = useAct(LeaveRoomDocument)

  async function leave() {
    if (await run({ input: { room: room.id } })) onClose()
  }

  return (
    <Modal
      opened
      onClose={onClose}
      title={t('leaveRoom', { room: room.title })}
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      <Text>
        {room.memberCount === 1 ? t('leaveLast') : room.isPrivate ? t('leavePrivate') : t('leavePublic')}
      </Text>
      {problem && (
        <Text c="red" mt="sm" role="alert">
          {problem.detail}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button color="red.9" loading={busy} onClick={() => void leave()}>
          {t('leave')}
        </Button>
      </Group>
    </Modal>
  )
}
