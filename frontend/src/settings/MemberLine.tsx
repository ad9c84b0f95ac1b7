// One member, with a menu of what may be done about them.
import { Badge, Group, Menu, Stack, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import type { MemberFieldsFragment, ModerationAction, Role } from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import { IconButton } from '../design/IconButton'
import { PersonName, useNameOf } from '../design/PersonName'
import { useFormat } from '../i18n/format'
import type { StepKind } from './GraveStep'

const HOUR_MS = 3_600_000
const ROLES: readonly Role[] = ['MEMBER', 'MODERATOR', 'OWNER']

type Props = {
  member: MemberFieldsFragment
  mayModerate: boolean
  maySetRole: boolean
  onModerate: (action: ModerationAction, until?: string) => void
  onRole: (to: Role) => void
  onStep: (kind: StepKind) => void
}

export function MemberLine({ member, mayModerate, maySetRole, onModerate, onRole, onStep }: Props) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const nameOf = useNameOf()
  const isMuted = member.mutedUntil !== null && new Date(member.mutedUntil) > new Date()
  const roles: Record<Role, string> = {
    OWNER: t('members.owner'),
    MODERATOR: t('members.moderator'),
    MEMBER: t('members.member'),
  }
  return (
    <Group component="li" wrap="nowrap">
      <PersonAvatar person={member.user} size={36} />
      <Stack gap={0} flex={1} miw={0}>
        <Text truncate>
          <PersonName person={member.user} />
        </Text>
        {isMuted && member.mutedUntil && (
          <Text size="sm" c="dimmed">
            {t('members.mutedUntil', { at: format.moment(new Date(member.mutedUntil)) })}
          </Text>
        )}
      </Stack>
      {member.role !== 'MEMBER' && (
        <Badge variant="light" tt="none">
          {roles[member.role]}
        </Badge>
      )}
      {mayModerate && (
        <Menu position="bottom-end">
          <Menu.Target>
            <IconButton label={t('members.actions', { name: nameOf(member.user) })}>
              <IconDots size={18} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {maySetRole && (
              <>
                <Menu.Label>{t('members.role')}</Menu.Label>
                {ROLES.filter((each) => each !== member.role).map((each) => (
                  <Menu.Item key={each} onClick={() => (each === 'OWNER' ? onStep(each) : onRole(each))}>
                    {roles[each]}
                  </Menu.Item>
                ))}
                <Menu.Divider />
              </>
            )}
            {isMuted ? (
              <Menu.Item onClick={() => onModerate('UNMUTE')}>{t('members.unmute')}</Menu.Item>
            ) : (
              <>
                <Menu.Item onClick={() => onModerate('MUTE', new Date(Date.now() + HOUR_MS).toISOString())}>
                  {t('members.muteHour')}
                </Menu.Item>
                <Menu.Item onClick={() => onModerate('MUTE')}>{t('members.mute')}</Menu.Item>
              </>
            )}
            <Menu.Item c="var(--wrong)" onClick={() => onStep('KICK')}>
              {t('members.kick')}
            </Menu.Item>
            <Menu.Item c="var(--wrong)" onClick={() => onStep('BAN')}>
              {t('members.ban')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  )
}
