// The end of a room, with all that was said there: it asks for the room's name, so that nobody does it by mistake.
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { useAct } from '../api/act'
import { DeleteRoomDocument, type RoomHeadFragment } from '../api/generated'
import { HOME } from '../app/paths'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'

export function DeleteSection({ room }: { room: RoomHeadFragment }) {
  const { t } = useTranslation('settings')
  const [, go] = useLocation()
  const { run, busy, problem } = useAct(DeleteRoomDocument)
  const [isOpen, { open, close }] = useDisclosure()
  const [typed, setTyped] = useState('')

  async function end(event: FormEvent) {
    event.preventDefault()
    if (await run({ input: { room: room.id } })) go(HOME)
  }

  return (
    <Section title={t('delete.title')} about={t('delete.about')} isDangerous>
      <Button color="var(--wrong)" variant="outline" onClick={open}>
        {t('delete.open')}
      </Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={t('delete.title')}
        centered
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <form onSubmit={end}>
          <Stack>
            <Text>{t('delete.sure', { name: room.title })}</Text>
            <ProblemNote problem={problem} />
            <TextInput
              data-autofocus
              label={t('delete.type')}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('cancel')}
              </Button>
              <Button
                type="submit"
                color="red.9"
                loading={busy}
                disabled={typed.trim() !== room.title.trim()}
              >
                {t('delete.title')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Section>
  )
}
