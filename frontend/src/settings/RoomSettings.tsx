// A room as its owners and moderators keep it: its name, who is in it, who may come, and its end.
import { Anchor, Stack } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'

import { RoomModerationDocument, RoomSettingsDocument } from '../api/generated'
import { roomPath } from '../app/paths'
import { Loading } from '../design/Loading'
import { Nowhere } from '../design/Nowhere'
import { Page } from '../design/Page'
import { Unreachable } from '../design/Unreachable'
import { BansSection } from './BansSection'
import { DeleteSection } from './DeleteSection'
import { InvitationsSection } from './InvitationsSection'
import { MembersSection } from './MembersSection'
import { NameSection } from './NameSection'

export function RoomSettings({ address }: { address: string }) {
  const { t } = useTranslation('settings')
  const [{ data, fetching }, ask] = useQuery({
    query: RoomSettingsDocument,
    variables: { address },
    requestPolicy: 'cache-and-network',
  })
  const refresh = () => ask({ requestPolicy: 'network-only' })
  const id = data?.room?.id ?? ''
  const [{ data: moderation, fetching: isModerationAsked }, askModeration] = useQuery({
    query: RoomModerationDocument,
    variables: { room: id },
    pause: !data?.room?.viewer?.can.moderate,
    requestPolicy: 'cache-and-network',
  })
  const onChange = () => askModeration({ requestPolicy: 'network-only' })
  if (!data) return fetching ? <Loading /> : <Unreachable retry={refresh} />
  const { room } = data
  if (!room?.viewer) return <Nowhere title={t('notHere')} />

  const { can, role } = room.viewer
  return (
    <Page
      title={
        <Stack gap={0} component="span">
          <span>{t('title')}</span>
          <Anchor component={Link} href={roomPath(room.address)} size="md" fw={500}>
            <bdi>{room.title}</bdi>
          </Anchor>
        </Stack>
      }
    >
      {can.rename && <NameSection key={room.id} room={room} can={can} />}
      <MembersSection room={room} mayModerate={can.moderate} mine={role} />
      {can.moderate && !moderation && !isModerationAsked && <Unreachable isPart retry={onChange} />}
      {can.invite && moderation?.room && (
        <InvitationsSection room={room} invitations={moderation.room.invitations} onChange={onChange} />
      )}
      {moderation?.room?.bans && <BansSection room={room.id} bans={moderation.room.bans.nodes} />}
      {can.delete && <DeleteSection room={room} />}
    </Page>
  )
}
