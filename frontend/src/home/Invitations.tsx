// Rooms that the viewer is asked into: to come, or to say no.
import { Button, Group } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useAct } from '../api/act'
import { type InvitationLineFragment, RevokeInvitationDocument } from '../api/generated'
import { roomPath } from '../app/paths'
import { Clipped } from '../design/Clipped'
import { useNameOf } from '../design/PersonName'
import { RoomSign } from '../design/RoomSign'
import { useFormat } from '../i18n/format'
import { ListSection } from './ListSection'
import classes from './Row.module.css'

export function Invitations({ invitations }: { invitations: readonly InvitationLineFragment[] }) {
  const { t } = useTranslation('home')
  return (
    <ListSection title={t('invitations')}>
      <ul className={classes.list}>
        {invitations.map((invitation) => (
          <InvitationRow key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </ListSection>
  )
}

function InvitationRow({ invitation }: { invitation: InvitationLineFragment }) {
  const { t } = useTranslation('home')
  const { moment } = useFormat()
  const nameOf = useNameOf()
  const { run, busy, problem } = useAct(RevokeInvitationDocument)
  const { id, code, expiresAt, invitedBy, room } = invitation
  return (
    <li className={classes.row} data-plain>
      <RoomSign room={room} size={40} />
      <div className={classes.offer}>
        <Clipped className={classes.title}>{room.title}</Clipped>
        <span className={classes.second}>
          {invitedBy ? t('invitedBy', { name: nameOf(invitedBy) }) : t('invited')}
        </span>
        {expiresAt && (
          <span className={classes.soft}>{t('until', { moment: moment(new Date(expiresAt)) })}</span>
        )}
        {problem && <span role="alert">{problem.detail}</span>}
      </div>
      <Group gap="xs" wrap="nowrap" ms="auto">
        <Button
          variant="subtle"
          color="gray"
          h={40}
          px="sm"
          loading={busy}
          aria-label={t('declineRoom', { room: room.title })}
          onClick={() => void run({ input: { invitation: id } })}
        >
          {t('decline')}
        </Button>
        <Button
          component={Link}
          href={roomPath(room.address, { invitation: code })}
          h={40}
          px="md"
          aria-label={t('acceptRoom', { room: room.title })}
        >
          {t('accept')}
        </Button>
      </Group>
    </li>
  )
}
