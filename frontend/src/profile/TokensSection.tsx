// Personal tokens: keys for programs, each shown once and known by its name afterwards.
import { Alert, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useClient } from 'urql'

import { fieldDetail, useAct } from '../api/act'
import {
  CreateTokenDocument,
  ProfileScreenDocument,
  RevokeTokenDocument,
  type TokenFieldsFragment,
} from '../api/generated'
import { CopyButton } from '../design/CopyButton'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { useFormat } from '../i18n/format'

const DAY_MS = 86_400_000

export function TokensSection({ tokens }: { tokens: readonly TokenFieldsFragment[] }) {
  const { t } = useTranslation('profile')
  const client = useClient()
  const creation = useAct(CreateTokenDocument)
  const revocation = useAct(RevokeTokenDocument)
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const [secret, setSecret] = useState<string>()

  const askAnew = () => client.query(ProfileScreenDocument, {}, { requestPolicy: 'network-only' }).toPromise()

  async function create(event: FormEvent) {
    event.preventDefault()
    const expiresAt = days === '0' ? null : new Date(Date.now() + Number(days) * DAY_MS).toISOString()
    const made = await creation.run({ input: { name, expiresAt } })
    if (!made) return
    setSecret(made.secret)
    setName('')
    await askAnew()
  }

  async function revoke(token: string) {
    if (await revocation.run({ input: { token } })) await askAnew()
  }

  return (
    <Section title={t('tokens.title')} about={t('tokens.about')}>
      <Stack>
        {secret && <Secret secret={secret} onDone={() => setSecret(undefined)} />}
        <ProblemNote problem={revocation.problem} />
        {tokens.length > 0 && (
          <Stack component="ul" gap="xs" m={0} p={0}>
            {tokens.map((token) => (
              <Token key={token.id} token={token} onRevoke={() => revoke(token.id)} />
            ))}
          </Stack>
        )}
        <form onSubmit={create}>
          <ProblemNote problem={creation.problem} />
          <Group align="flex-start">
            <TextInput
              flex="1 1 12rem"
              label={t('tokens.name')}
              placeholder={t('tokens.namePlaceholder')}
              required
              withAsterisk={false}
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={fieldDetail(creation.problem, 'name')}
            />
            <Select
              flex="0 1 10rem"
              label={t('tokens.lifetime')}
              data={[
                { value: '7', label: t('tokens.days', { count: 7 }) },
                { value: '90', label: t('tokens.days', { count: 90 }) },
                { value: '365', label: t('tokens.days', { count: 365 }) },
                { value: '0', label: t('tokens.forever') },
              ]}
              allowDeselect={false}
              value={days}
              onChange={(value) => value && setDays(value)}
            />
            <Button type="submit" variant="light" mt={25} loading={creation.busy}>
              {t('tokens.create')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Section>
  )
}

function Token({ token, onRevoke }: { token: TokenFieldsFragment; onRevoke: () => void }) {
  const { t } = useTranslation('profile')
  const format = useFormat()
  const lastUsed = token.lastUsedAt
    ? t('tokens.used', { at: format.moment(new Date(token.lastUsedAt)) })
    : t('tokens.neverUsed')
  const expires = token.expiresAt && t('tokens.expires', { at: format.moment(new Date(token.expiresAt)) })
  return (
    <Group component="li" wrap="nowrap">
      <Stack gap={0} flex={1} miw={0}>
        <Text truncate dir="auto">
          {token.name}
        </Text>
        <Text size="sm" c="dimmed">
          {lastUsed}
        </Text>
        {expires && (
          <Text size="sm" c="dimmed">
            {expires}
          </Text>
        )}
      </Stack>
      <Button
        size="compact-sm"
        variant="default"
        onClick={onRevoke}
        aria-label={t('tokens.revokeNamed', { name: token.name })}
      >
        {t('tokens.revoke')}
      </Button>
    </Group>
  )
}

function Secret({ secret, onDone }: { secret: string; onDone: () => void }) {
  const { t } = useTranslation('profile')
  return (
    <Alert color="tea" title={t('tokens.secret')} role="status">
      <Stack gap="xs">
        <TextInput
          readOnly
          dir="ltr"
          ff="monospace"
          aria-label={t('tokens.secret')}
          value={secret}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Group>
          <CopyButton size="compact-sm" text={secret} />
          <Button size="compact-sm" variant="default" onClick={onDone}>
            {t('tokens.done')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
