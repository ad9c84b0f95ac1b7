// Who is in the room: first those who are online in it, then all other members; to whisper to, or to look at.
import { Button, Stack, Text, Title, UnstyledButton } from '@mantine/core'
import { IconCrown, IconEyeOff, IconShield, IconVolumeOff } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { personPath } from '../../app/paths'
import { PersonAvatar } from '../../design/Avatar'
import { IconButton } from '../../design/IconButton'
import { Loading } from '../../design/Loading'
import { PersonName } from '../../design/PersonName'
import { Unreachable } from '../../design/Unreachable'
import { useFormat } from '../../i18n/format'
import { useMembers } from '../../membership/useMembers'
import type { FeedState, Member, Person } from '../feed/state'
import { together } from './members'
import classes from './PeoplePanel.module.css'

type Props = {
  state: FeedState
  viewer: string
  onWhisper: (person: Person) => void
}

export function PeoplePanel({ state, viewer, onWhisper }: Props) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const { room, members: told, online, people, mine } = state
  const { members, status, hasMore, more } = useMembers(room.id)
  const { here, others } = useMemo(
    () => together({ members, told, online, people }),
    [members, told, online, people],
  )
  const canWhisper = mine?.can.send ?? false

  return (
    <Stack gap="lg">
      <section aria-labelledby="people-online">
        <Title order={3} size="sm" id="people-online" className={classes.heading}>
          {t('people.online')} <span>{number(room.onlineCount)}</span>
        </Title>
        <ul className={classes.list}>
          {here.map(({ person, member }) => (
            <PersonLine
              key={person.id}
              person={person}
              member={member}
              isOnline
              onWhisper={canWhisper && person.id !== viewer ? () => onWhisper(person) : undefined}
            />
          ))}
        </ul>
        {room.onlineCount > here.length && (
          <Text size="sm" c="dimmed" px="xs">
            {t('people.more', { count: room.onlineCount - here.length })}
          </Text>
        )}
      </section>
      {(others.length > 0 || hasMore || status !== 'here') && (
        <section aria-labelledby="people-members">
          <Title order={3} size="sm" id="people-members" className={classes.heading}>
            {t('people.members')} <span>{number(Math.max(0, room.memberCount - here.length))}</span>
          </Title>
          <ul className={classes.list}>
            {others.map(({ person, member }) => (
              <PersonLine key={person.id} person={person} member={member} />
            ))}
          </ul>
          {status === 'loading' && <Loading />}
          {status === 'unreachable' && <Unreachable isPart retry={more} />}
          {status === 'here' && hasMore && (
            <Button variant="subtle" fullWidth onClick={more}>
              {t('more')}
            </Button>
          )}
        </section>
      )}
    </Stack>
  )
}

type LineProps = {
  person: Person
  member: Member | undefined
  isOnline?: boolean
  onWhisper?: (() => void) | undefined
}

function PersonLine({ person, member, isOnline = false, onWhisper }: LineProps) {
  const { t } = useTranslation('room')
  const isMuted = member?.mutedUntil ? new Date(member.mutedUntil) > new Date() : false
  return (
    <li className={classes.line}>
      <UnstyledButton component={Link} href={personPath(person.username)} className={classes.person}>
        <PersonAvatar person={person} size={32} isOnline={isOnline} />
        <span className={classes.name}>
          <PersonName person={person} />
        </span>
        {member?.role === 'OWNER' && (
          <span className={classes.role} title={t('people.owner')}>
            <IconCrown size={16} stroke={1.6} aria-label={t('people.owner')} role="img" />
          </span>
        )}
        {member?.role === 'MODERATOR' && (
          <span className={classes.role} title={t('people.moderator')}>
            <IconShield size={16} stroke={1.6} aria-label={t('people.moderator')} role="img" />
          </span>
        )}
        {isMuted && (
          <span className={classes.role} title={t('people.muted')}>
            <IconVolumeOff size={16} stroke={1.6} aria-label={t('people.muted')} role="img" />
          </span>
        )}
      </UnstyledButton>
      {onWhisper && (
        <IconButton label={t('action.whisper')} onClick={onWhisper}>
          <IconEyeOff size={18} stroke={1.6} />
        </IconButton>
      )}
    </li>
  )
}
