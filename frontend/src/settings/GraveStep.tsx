// What a member would not want to happen by a slip of the finger, or cannot be taken back: it is asked about first.
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import {
  type MemberFieldsFragment,
  ModerateMemberDocument,
  type RoomHeadFragment,
  SetMemberRoleDocument,
} from '../api/generated'
import { Confirm } from '../design/Confirm'
import { useNameOf } from '../design/PersonName'

export type StepKind = 'KICK' | 'BAN' | 'OWNER'
export type Step = { readonly kind: StepKind; readonly member: MemberFieldsFragment }

type Props = {
  room: Pick<RoomHeadFragment, 'id' | 'isPrivate'>
  step: Step
  onDone: (member: MemberFieldsFragment) => void
  onClose: () => void
}

export function GraveStep({ room, step: { kind, member }, onDone, onClose }: Props) {
  const { t } = useTranslation('settings')
  const name = useNameOf()(member.user)
  const moderation = useAct(ModerateMemberDocument)
  const promotion = useAct(SetMemberRoleDocument)
  const words = {
    KICK: {
      title: t('members.kickWho', { name }),
      about: room.isPrivate ? t('members.kickPrivate') : t('members.kickPublic'),
      action: t('members.kick'),
    },
    BAN: { title: t('members.banWho', { name }), about: t('members.banAbout'), action: t('members.ban') },
    OWNER: {
      title: t('members.crownWho', { name }),
      about: t('members.crownAbout'),
      action: t('members.crown'),
    },
  }[kind]

  async function go() {
    const target = { room: room.id, user: member.user.id }
    const done =
      kind === 'OWNER'
        ? await promotion.run({ input: { ...target, role: kind } })
        : await moderation.run({ input: { ...target, action: kind } })
    if (done) onDone(done.member)
  }

  return (
    <Confirm
      {...words}
      isBusy={moderation.busy || promotion.busy}
      problem={moderation.problem ?? promotion.problem}
      onConfirm={() => void go()}
      onClose={onClose}
    />
  )
}
