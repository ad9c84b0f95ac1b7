// The door. It stands at whatever address somebody came to, and leads on to it.
import { Anchor, Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { fieldDetail, useAct } from '../api/act'
import { LogInDocument } from '../api/generated'
import { FORGOTTEN, HOME, SIGN_UP } from '../app/paths'
import { Password } from '../design/Password'
import { AccountFrame } from './AccountFrame'
import { enter } from './enter'
import { keeping, wanted } from './wanted'

export function LogIn() {
  const { t } = useTranslation('account')
  const { run, busy, problem } = useAct(LogInDocument)
  const [isIn, setIn] = useState(false)
  const next = wanted(location)
  const username = fieldDetail(problem, 'username')
  const password = fieldDetail(problem, 'password')

  async function logIn(values: ReadonlyMap<string, string>) {
    const input = { username: values.get('username') ?? '', password: values.get('password') ?? '' }
    if (!(await run({ input }))) return
    setIn(true)
    await enter()
  }

  return (
    <AccountFrame
      title={t('logIn.title')}
      about={next === HOME ? t('logIn.about') : t('logIn.first')}
      problem={problem}
      beside={Boolean(username ?? password)}
      onSubmit={logIn}
      footer={
        <Group justify="center" gap={6}>
          <Text c="dimmed">{t('logIn.new')}</Text>
          <Anchor component={Link} href={keeping(next, SIGN_UP)}>
            {t('signUp.title')}
          </Anchor>
        </Group>
      }
    >
      <TextInput
        size="md"
        name="username"
        label={t('username')}
        error={username}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
      />
      <Password
        size="md"
        name="password"
        label={t('password')}
        error={password}
        autoComplete="current-password"
      />
      <Button type="submit" size="md" fullWidth loading={busy || isIn}>
        {t('logIn.title')}
      </Button>
      <Anchor component={Link} href={keeping(next, FORGOTTEN)} size="sm" ta="center">
        {t('logIn.forgotten')}
      </Anchor>
    </AccountFrame>
  )
}
