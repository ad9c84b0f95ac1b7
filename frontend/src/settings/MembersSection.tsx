// Who is in the room, and what moderators may do about each of them.
import { Badge, Button, Group, Menu, Stack, Text } from '@mantine/core'
import { IconDots } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useClient } from 'urql'

import { act, type Problem } from '../api/act'
import {
  type MemberFieldsFragment,
  ModerateMemberDocument,
  type ModerationAction,
  type Role,
  RoomMembersDocument,
  SetMemberRoleDocument,
} from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import { IconButton } from '../design/IconButton'
import { PersonName, useNameOf } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { useFormat } from '../i18n/format'
import { useMe } from '../session/viewer'

const HOUR_MS = 3_600_000
const RANK: Record<Role, number> = { MEMBER: 0, MODERATOR: 1, OWNER: 2 }

export function MembersSection({
  room,
  mayModerate,
  role,
}: {
  room: string
  mayModerate: boolean
  role: Role
}) {
  const { t } = useTranslation('settings')
  const client = useClient()
  const me = useMe()
  const [members, setMembers] = useState<readonly MemberFieldsFragment[]>([])
  const [next, setNext] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem>()

  async function load(after: string | null) {
    const { data } = await client
      .query(RoomMembersDocument, { room, after }, { requestPolicy: 'network-only' })
      .toPromise()
    const page = data?.room?.members
    if (!page) return
    setMembers((before) => (after ? [...before, ...page.nodes] : page.nodes))
    setNext(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: `load` is made anew each time, for the same room.
  useEffect(() => {
    void load(null)
  }, [room])

  async function moderate(user: string, action: ModerationAction, until?: string) {
    const outcome = await act(ModerateMemberDocument, {
      input: { room, user, action, ...(until && { until }) },
    })
    show(outcome.problem, outcome.payload?.member)
  }
  async function promote(user: string, to: Role) {
    const outcome = await act(SetMemberRoleDocument, { input: { room, user, role: to } })
    show(outcome.problem, outcome.payload?.member)
  }
  function show(failed: Problem | undefined, changed: MemberFieldsFragment | undefined) {
    setProblem(failed)
    if (changed)
      setMembers((before) =>
        before.flatMap((each) => (each.id !== changed.id ? [each] : changed.leftAt ? [] : [changed])),
      )
  }

  return (
    <Section title={t('members.title')}>
      <Stack>
        <ProblemNote problem={problem} />
        <Stack component="ul" gap="xs" m={0} p={0}>
          {members.map((member) => (
            <Member
              key={member.id}
              member={member}
              mine={role}
              mayModerate={mayModerate && member.user.id !== me.user.id && RANK[member.role] < RANK[role]}
              onModerate={(action, until) => moderate(member.user.id, action, until)}
              onRole={(to) => promote(member.user.id, to)}
            />
          ))}
        </Stack>
        {next && (
          <Button variant="default" onClick={() => load(next)}>
            {t('more')}
          </Button>
        )}
      </Stack>
    </Section>
  )
}

type MemberProps = {
  member: MemberFieldsFragment
  mine: Role
  mayModerate: boolean
  onModerate(action: ModerationAction, until?: string): void
  onRole(to: Role): void
}

function Member({ member, mine, mayModerate, onModerate, onRole }: MemberProps) {
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
      {member.role !== 'MEMBER' && <Badge variant="light">{roles[member.role]}</Badge>}
      {mayModerate && (
        <Menu position="bottom-end">
          <Menu.Target>
            <IconButton label={t('members.actions', { name: nameOf(member.user) })}>
              <IconDots size={18} />
            </IconButton>
          </Menu.Target>
          <Menu.Dropdown>
            {mine === 'OWNER' && (
              <>
                <Menu.Label>{t('members.role')}</Menu.Label>
                {(['MEMBER', 'MODERATOR', 'OWNER'] as const)
                  .filter((each) => each !== member.role)
                  .map((each) => (
                    <Menu.Item key={each} onClick={() => onRole(each)}>
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
            <Menu.Item c="var(--wrong)" onClick={() => onModerate('KICK')}>
              {t('members.kick')}
            </Menu.Item>
            <Menu.Item c="var(--wrong)" onClick={() => onModerate('BAN')}>
              {t('members.ban')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  )
}
