// A link by mail for whoever has forgotten the password. Whether there is such an account is told to nobody.
import { Anchor, Button, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { fieldDetail, useAct } from '../api/act'
import { RequestPasswordResetDocument } from '../api/generated'
import { LOG_IN } from '../app/paths'
import { AccountFrame } from './AccountFrame'
import { keeping, wanted } from './wanted'

export function Forgotten() {
  const { t } = useTranslation('account')
  const { run, busy, problem } = useAct(RequestPasswordResetDocument)
  const [sentTo, setSentTo] = useState<string>()
  const error = fieldDetail(problem, 'email')

  async function ask(values: ReadonlyMap<string, string>) {
    const email = values.get('email') ?? ''
    if (await run({ input: { email } })) setSentTo(email)
  }

  return (
    <AccountFrame
      title={t('forgotten.title')}
      about={sentTo ? undefined : t('forgotten.about')}
      problem={problem}
      beside={Boolean(error)}
      onSubmit={ask}
      footer={
        <Anchor component={Link} href={keeping(wanted(location), LOG_IN)} ta="center">
          {t('backToLogIn')}
        </Anchor>
      }
    >
      {sentTo ? (
        <Text role="status">{t('forgotten.sent', { address: sentTo })}</Text>
      ) : (
        <>
          <TextInput
            size="md"
            name="email"
            type="email"
            inputMode="email"
            label={t('forgotten.email')}
            error={error}
            autoComplete="email"
            dir="ltr"
            required
            withAsterisk={false}
          />
          <Button type="submit" size="md" fullWidth loading={busy}>
            {t('forgotten.do')}
          </Button>
        </>
      )}
    </AccountFrame>
  )
}
