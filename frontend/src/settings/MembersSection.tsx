// Who is in the room, and what moderators may do about each of them.
import { Button, Stack } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { act, type Problem } from '../api/act'
import {
  type MemberFieldsFragment,
  ModerateMemberDocument,
  type ModerationAction,
  type Role,
  type RoomHeadFragment,
  SetMemberRoleDocument,
} from '../api/generated'
import { Loading } from '../design/Loading'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { Unreachable } from '../design/Unreachable'
import { useMembers } from '../membership/useMembers'
import { useMe } from '../session/viewer'
import { GraveStep, type Step } from './GraveStep'
import { MemberLine } from './MemberLine'
import classes from './MembersSection.module.css'

const RANK: Record<Role, number> = { MEMBER: 0, MODERATOR: 1, OWNER: 2 }

type Props = {
  room: Pick<RoomHeadFragment, 'id' | 'isPrivate'>
  mayModerate: boolean
  mine: Role
}

export function MembersSection({ room, mayModerate, mine }: Props) {
  const { t } = useTranslation('settings')
  const me = useMe()
  const { members, status, hasMore, more } = useMembers(room.id)
  // As they are since something was done about them.
  const [changed, setChanged] = useState<ReadonlyMap<string, MemberFieldsFragment>>(new Map())
  const [problem, setProblem] = useState<Problem>()
  const [step, setStep] = useState<Step | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const shown = members.map((member) => changed.get(member.id) ?? member).filter(({ leftAt }) => !leftAt)

  function learn(member: MemberFieldsFragment) {
    setProblem(undefined)
    setChanged((before) => new Map(before).set(member.id, member))
  }
  async function moderate(user: string, action: ModerationAction, until?: string) {
    const input = { room: room.id, user, action, ...(until && { until }) }
    const { payload, problem } = await act(ModerateMemberDocument, { input })
    if (payload) learn(payload.member)
    else setProblem(problem)
  }
  async function setRole(user: string, to: Role) {
    const { payload, problem } = await act(SetMemberRoleDocument, {
      input: { room: room.id, user, role: to },
    })
    if (payload) learn(payload.member)
    else setProblem(problem)
  }
  function done(member: MemberFieldsFragment) {
    learn(member)
    setStep(null)
    // The button that was come from may be gone.
    list.current?.focus({ preventScroll: true })
  }

  return (
    <Section title={t('members.title')}>
      <Stack>
        <ProblemNote problem={problem} />
        {shown.length > 0 && (
          <ul ref={list} tabIndex={-1} className={classes.list} aria-label={t('members.title')}>
            {shown.map((member) => (
              <MemberLine
                key={member.id}
                member={member}
                mayModerate={mayModerate && member.user.id !== me.user.id && RANK[member.role] < RANK[mine]}
                maySetRole={mine === 'OWNER'}
                onModerate={(action, until) => void moderate(member.user.id, action, until)}
                onRole={(to) => void setRole(member.user.id, to)}
                onStep={(kind) => setStep({ kind, member })}
              />
            ))}
          </ul>
        )}
        {status === 'loading' && <Loading />}
        {status === 'unreachable' && <Unreachable isPart retry={more} />}
        {status === 'here' && hasMore && (
          <Button variant="default" onClick={more}>
            {t('more')}
          </Button>
        )}
      </Stack>
      {step && <GraveStep room={room} step={step} onDone={done} onClose={() => setStep(null)} />}
    </Section>
  )
}
