// Where the link of the mail leads: a new password, once. Nobody is logged in by it.
import { Anchor, Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { fieldDetail, useAct } from '../api/act'
import { ResetPasswordDocument } from '../api/generated'
import { FORGOTTEN, LOG_IN } from '../app/paths'
import { Password } from '../design/Password'
import { AccountFrame } from './AccountFrame'

export function Reset({ user, token }: { user: string; token: string }) {
  const { t } = useTranslation('account')
  const { run, busy, problem } = useAct(ResetPasswordDocument)
  const [isDone, setDone] = useState(false)
  const error = fieldDetail(problem, 'newPassword')

  async function reset(values: ReadonlyMap<string, string>) {
    const newPassword = values.get('password') ?? ''
    if (await run({ input: { user, token, newPassword } })) setDone(true)
  }

  return (
    <AccountFrame
      title={t('reset.title')}
      problem={problem}
      beside={Boolean(error)}
      onSubmit={reset}
      footer={
        <Anchor component={Link} href={isDone ? LOG_IN : FORGOTTEN} ta="center">
          {isDone ? t('backToLogIn') : t('reset.anew')}
        </Anchor>
      }
    >
      {isDone ? (
        <Text role="status">{t('reset.done')}</Text>
      ) : (
        <>
          <Password
            size="md"
            name="password"
            label={t('reset.password')}
            description={t('signUp.password')}
            error={error}
            autoComplete="new-password"
          />
          <Button type="submit" size="md" fullWidth loading={busy}>
            {t('reset.do')}
          </Button>
        </>
      )}
    </AccountFrame>
  )
}
