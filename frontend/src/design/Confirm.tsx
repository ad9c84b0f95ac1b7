// Asks once more before something that cannot be undone. It is there for as long as it asks.
import { Button, Group, Modal, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { Problem } from '../api/act'
import { useReturnFocus } from './useReturnFocus'

type Props = {
  title: string
  /** What it means. */
  about: string
  /** What the button says that does it. */
  action: string
  isBusy: boolean
  problem: Problem | undefined
  onConfirm: () => void
  onClose: () => void
}

export function Confirm({ title, about, action, isBusy, problem, onConfirm, onClose }: Props) {
  const { t } = useTranslation('design')
  useReturnFocus()
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ 'aria-label': t('close') }}>
      <Text>{about}</Text>
      {problem && (
        <Text role="alert" c="var(--wrong)" mt="sm">
          {problem.detail}
        </Text>
      )}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button color="red.9" loading={isBusy} onClick={onConfirm} data-autofocus>
          {action}
        </Button>
      </Group>
    </Modal>
  )
}
