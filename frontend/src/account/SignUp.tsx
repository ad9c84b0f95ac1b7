// A new account. Only a name and a password are needed; the address for mail is for when the password is forgotten.
import { Anchor, Button, Group, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { fieldDetail, useAct } from '../api/act'
import { SignUpDocument } from '../api/generated'
import { LOG_IN } from '../app/paths'
import { Password } from '../design/Password'
import { AccountFrame } from './AccountFrame'
import { enter } from './enter'
import { keeping, wanted } from './wanted'

export function SignUp() {
  const { t } = useTranslation('account')
  const { run, busy, problem } = useAct(SignUpDocument)
  const [isIn, setIn] = useState(false)
  const next = wanted(location)
  const errors = {
    // The one thing here that somebody else can have taken.
    username: problem?.code === 'CONFLICT' ? problem.detail : fieldDetail(problem, 'username'),
    email: fieldDetail(problem, 'email'),
    password: fieldDetail(problem, 'password'),
  }

  async function signUp(values: ReadonlyMap<string, string>) {
    const email = values.get('email')
    const input = {
      username: values.get('username') ?? '',
      password: values.get('password') ?? '',
      ...(email && { email }),
    }
    if (!(await run({ input }))) return
    setIn(true)
    await enter()
  }

  return (
    <AccountFrame
      title={t('signUp.title')}
      about={t('signUp.about')}
      problem={problem}
      beside={Object.values(errors).some(Boolean)}
      onSubmit={signUp}
      footer={
        <Group justify="center" gap={6}>
          <Text c="dimmed">{t('signUp.known')}</Text>
          <Anchor component={Link} href={keeping(next, LOG_IN)}>
            {t('logIn.title')}
          </Anchor>
        </Group>
      }
    >
      <TextInput
        size="md"
        name="username"
        label={t('username')}
        description={t('signUp.username')}
        error={errors.username}
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
        description={t('signUp.password')}
        error={errors.password}
        autoComplete="new-password"
      />
      <TextInput
        size="md"
        name="email"
        type="email"
        inputMode="email"
        label={t('signUp.emailLabel')}
        description={t('signUp.email')}
        error={errors.email}
        autoComplete="email"
        dir="ltr"
      />
      <Button type="submit" size="md" fullWidth loading={busy || isIn}>
        {t('signUp.do')}
      </Button>
    </AccountFrame>
  )
}
