// The end of the account, which nobody can take back: it asks for the password.
import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { fieldDetail, useAct } from '../api/act'
import { DeleteAccountDocument } from '../api/generated'
import { Password } from '../design/Password'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { leave } from '../session/leave'
import { useMe } from '../session/viewer'

export function DeleteSection() {
  const { t } = useTranslation('profile')
  const { user } = useMe()
  const { run, busy, problem } = useAct(DeleteAccountDocument)
  const [isOpen, { open, close }] = useDisclosure()
  const [currentPassword, setPassword] = useState('')

  async function end(event: FormEvent) {
    event.preventDefault()
    if (await run({ input: { currentPassword } })) leave(user.id)
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
            <Text>{t('delete.sure')}</Text>
            <ProblemNote problem={problem} />
            <Password
              label={t('password.current')}
              data-autofocus
              autoComplete="current-password"
              value={currentPassword}
              onChange={(event) => setPassword(event.currentTarget.value)}
              error={fieldDetail(problem, 'currentPassword')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('cancel')}
              </Button>
              <Button type="submit" color="red.9" loading={busy}>
                {t('delete.title')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Section>
  )
}
