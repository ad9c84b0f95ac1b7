// One's own message with other words, in its place.
import { Button, Group, Text, Textarea } from '@mantine/core'
import { type KeyboardEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useAct } from '../../api/act'
import { EditMessageDocument } from '../../api/generated'
import type { Message } from './state'

type Props = {
  message: Message
  onSaved: (message: Message) => void
  onEnd: () => void
}

export function EditBox({ message, onSaved, onEnd }: Props) {
  const { t } = useTranslation('room')
  const { run, busy, problem } = useAct(EditMessageDocument)
  const [body, setBody] = useState(message.body)
  const isEmpty = !body.trim() && !message.attachments.length

  async function save() {
    if (isEmpty || busy) return
    if (body === message.body) return onEnd()
    const accepted = await run({ input: { message: message.id, body } })
    if (accepted) onSaved(accepted.message)
  }

  function onKeyDown(event: KeyboardEvent) {
    event.stopPropagation()
    // While letters are being composed, Enter and Escape are the composer's.
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return
    if (event.key === 'Escape') onEnd()
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void save()
    }
  }

  return (
    <div>
      <Textarea
        aria-label={t('edit.label')}
        autosize
        maxRows={12}
        autoFocus
        value={body}
        error={problem && (problem.fields?.[0]?.detail ?? problem.detail)}
        onChange={(event) => setBody(event.currentTarget.value)}
        onFocus={(event) => event.currentTarget.setSelectionRange(body.length, body.length)}
        onKeyDown={onKeyDown}
        miw="min(24rem, 60vw)"
      />
      <Group justify="space-between" mt={6} gap="xs">
        <Text size="xs" c="dimmed">
          {t('edit.hint')}
        </Text>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={onEnd}>
            {t('cancel')}
          </Button>
          <Button size="xs" loading={busy} disabled={isEmpty} onClick={() => void save()}>
            {t('edit.save')}
          </Button>
        </Group>
      </Group>
    </div>
  )
}
