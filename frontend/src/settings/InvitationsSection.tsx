// The ways into the room: links that can be handed on, each with an end and a number of uses.
import { Button, Group, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { fieldDetail, useAct } from '../api/act'
import {
  CreateInvitationDocument,
  type InvitationFieldsFragment,
  RevokeInvitationDocument,
  type RoomHeadFragment,
} from '../api/generated'
import { roomPath } from '../app/paths'
import { CopyButton } from '../design/CopyButton'
import { useNameOf } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { useFormat } from '../i18n/format'

const DAY_MS = 86_400_000

type Props = {
  room: RoomHeadFragment
  invitations: readonly InvitationFieldsFragment[]
  onChange(): void
}

export function InvitationsSection({ room, invitations, onChange }: Props) {
  const { t } = useTranslation('settings')
  const creation = useAct(CreateInvitationDocument)
  const revocation = useAct(RevokeInvitationDocument)
  const [days, setDays] = useState('7')
  const [uses, setUses] = useState<number | string>('')

  async function create(event: FormEvent) {
    event.preventDefault()
    const input = {
      room: room.id,
      ...(days !== '0' && { expiresAt: new Date(Date.now() + Number(days) * DAY_MS).toISOString() }),
      ...(typeof uses === 'number' && { uses }),
    }
    if (await creation.run({ input })) onChange()
  }
  async function revoke(invitation: string) {
    if (await revocation.run({ input: { invitation } })) onChange()
  }

  return (
    <Section title={t('invitations.title')} about={t('invitations.about')}>
      <Stack>
        <ProblemNote problem={revocation.problem} />
        {invitations.length > 0 && (
          <Stack component="ul" gap="md" m={0} p={0}>
            {invitations.map((invitation) => (
              <Way
                key={invitation.id}
                address={room.address}
                invitation={invitation}
                onRevoke={() => revoke(invitation.id)}
              />
            ))}
          </Stack>
        )}
        <form onSubmit={create}>
          <Stack gap="xs">
            <ProblemNote problem={creation.problem} />
            <Group align="flex-end">
              <Select
                flex="1 1 9rem"
                label={t('invitations.lifetime')}
                data={[
                  { value: '1', label: t('invitations.days', { count: 1 }) },
                  { value: '7', label: t('invitations.days', { count: 7 }) },
                  { value: '30', label: t('invitations.days', { count: 30 }) },
                  { value: '0', label: t('invitations.forever') },
                ]}
                allowDeselect={false}
                value={days}
                onChange={(value) => value && setDays(value)}
              />
              <NumberInput
                flex="1 1 9rem"
                label={t('invitations.uses')}
                placeholder={t('invitations.unbounded')}
                min={1}
                max={10_000}
                allowDecimal={false}
                value={uses}
                onChange={setUses}
                error={fieldDetail(creation.problem, 'uses')}
              />
              <Button type="submit" variant="light" loading={creation.busy}>
                {t('invitations.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Section>
  )
}

type WayProps = { address: string; invitation: InvitationFieldsFragment; onRevoke(): void }

function Way({ address, invitation, onRevoke }: WayProps) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const nameOf = useNameOf()
  const { code, invitee, expiresAt, usesLeft } = invitation
  const link = new URL(roomPath(address, { invitation: code }), location.origin).href
  const facts = [
    invitee && t('invitations.for', { name: nameOf(invitee) }),
    expiresAt && t('invitations.until', { at: format.moment(new Date(expiresAt)) }),
    usesLeft !== null && t('invitations.left', { count: usesLeft }),
  ].filter((fact) => typeof fact === 'string')
  return (
    <Stack component="li" gap={4}>
      <Group wrap="nowrap" gap="xs">
        <TextInput
          flex={1}
          readOnly
          dir="ltr"
          aria-label={t('invitations.link')}
          value={link}
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton variant="default" text={link} />
        <Button variant="subtle" color="var(--wrong)" onClick={onRevoke}>
          {t('invitations.revoke')}
        </Button>
      </Group>
      {facts.map((fact) => (
        <Text key={fact} size="sm" c="dimmed">
          {fact}
        </Text>
      ))}
    </Stack>
  )
}
