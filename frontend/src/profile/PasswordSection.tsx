// A new password in the place of the old one.
import { Button, Group, Stack } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { fieldDetail, useAct } from '../api/act'
import { ChangePasswordDocument } from '../api/generated'
import { Password } from '../design/Password'
import { ProblemNote } from '../design/Problem'
import { Saved, useSaved } from '../design/Saved'
import { Section } from '../design/Section'
import { useMe } from '../session/viewer'

export function PasswordSection() {
  const { t } = useTranslation('profile')
  const me = useMe()
  const { run, busy, problem } = useAct(ChangePasswordDocument)
  const [isSaved, tellSaved] = useSaved()
  const [currentPassword, setCurrent] = useState('')
  const [newPassword, setNew] = useState('')

  async function save(event: FormEvent) {
    event.preventDefault()
    if (!(await run({ input: { currentPassword, newPassword } }))) return
    setCurrent('')
    setNew('')
    tellSaved()
  }

  return (
    <Section title={t('password.title')} about={t('password.about')}>
      <form onSubmit={save}>
        <Stack>
          <ProblemNote problem={problem} />
          {/* For password managers, which save a password under a name. */}
          <input type="text" hidden readOnly autoComplete="username" value={me.user.username} />
          <Password
            label={t('password.current')}
            autoComplete="current-password"
            value={currentPassword}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            error={fieldDetail(problem, 'currentPassword')}
          />
          <Password
            label={t('password.new')}
            autoComplete="new-password"
            value={newPassword}
            onChange={(event) => setNew(event.currentTarget.value)}
            error={fieldDetail(problem, 'newPassword')}
          />
          <Group>
            <Button type="submit" loading={busy}>
              {t('password.change')}
            </Button>
            <Saved isShown={isSaved} />
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
