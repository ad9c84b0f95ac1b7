// Why one is not in the room, in words, and what can be done about it.
import { Button, Group, Stack, Text, TextInput, ThemeIcon, Title } from '@mantine/core'
import { IconDoorOff, IconLock, IconTrash } from '@tabler/icons-react'
import { type ReactNode, type SubmitEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import type { Problem } from '../api/act'
import { HOME } from '../app/paths'
import { useNameOf } from '../design/PersonName'
import type { FeedState } from './feed/state'
import classes from './RoomGone.module.css'

type NotEnteredProps = {
  problem: Problem
  /** The code that was shown, if any was. */
  invitation: string | null
  onEnter: (invitation?: string) => void
}

/** Nobody came in: the server says why. Where a room may be that is private, a code opens it. */
export function NotEntered({ problem, invitation, onEnter }: NotEnteredProps) {
  const { t } = useTranslation('room')
  const [code, setCode] = useState('')
  // The server does not say that there is a room; but else it would have made one.
  const isPrivate = problem.code === 'NOT_FOUND'
  const closed = invitation ? t('gone.badCode') : t('gone.private')
  const detail = isPrivate ? closed : (problem.fields?.[0]?.detail ?? problem.detail)

  function submit(event: SubmitEvent) {
    event.preventDefault()
    if (code.trim()) onEnter(code.trim())
  }

  return (
    <Explanation icon={<IconLock size={28} stroke={1.6} />} title={t('gone.closed')} detail={detail}>
      {isPrivate ? (
        <form onSubmit={submit}>
          <Group align="end" gap="xs" justify="center">
            <TextInput
              label={t('gone.code')}
              description={t('gone.codeAbout')}
              value={code}
              autoComplete="off"
              dir="ltr"
              onChange={(event) => setCode(event.currentTarget.value)}
            />
            <Button type="submit">{t('gone.enter')}</Button>
          </Group>
        </form>
      ) : (
        problem.code === 'RATE_LIMITED' && <Button onClick={() => onEnter()}>{t('gone.again')}</Button>
      )}
    </Explanation>
  )
}

/** One came in, and cannot see anything all the same: somebody was faster. */
export function Refused({ onEnter }: { onEnter: () => void }) {
  const { t } = useTranslation('room')
  return (
    <Explanation icon={<IconLock size={28} stroke={1.6} />} title={t('gone.closed')}>
      <Button onClick={onEnter}>{t('gone.again')}</Button>
    </Explanation>
  )
}

/** One was in, and is no more. */
export function Ended({ state, onEnter }: { state: FeedState; onEnter: () => void }) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  const { departure, ended, room } = state
  const by = departure?.by ? nameOf(departure.by) : null
  const title = room.title
  if (ended?.code === 'NOT_FOUND' && !departure)
    return (
      <Explanation
        icon={<IconTrash size={28} stroke={1.6} />}
        title={t('gone.deleted', { title })}
        detail={t('gone.deletedAbout')}
      />
    )
  const words = {
    LEFT: t('gone.left', { title }),
    KICKED: by ? t('gone.kickedBy', { title, name: by }) : t('gone.kicked', { title }),
    BANNED: by ? t('gone.bannedBy', { title, name: by }) : t('gone.banned', { title }),
    DELETED: t('gone.removed', { title }),
  }
  const how = departure?.how
  const mayReturn = how !== 'BANNED' && !room.isPrivate
  return (
    <Explanation
      icon={<IconDoorOff size={28} stroke={1.6} />}
      title={how ? words[how] : t('gone.removed', { title })}
      detail={how === 'KICKED' && mayReturn ? t('gone.kickedAbout') : ended?.detail}
    >
      {mayReturn && <Button onClick={onEnter}>{t('gone.again')}</Button>}
    </Explanation>
  )
}

type Props = { icon: ReactNode; title: string; detail?: string | undefined; children?: ReactNode }

function Explanation({ icon, title, detail, children }: Props) {
  const { t } = useTranslation('room')
  return (
    <div className={classes.screen} role="alert">
      <Stack align="center" gap="md" maw={480}>
        <ThemeIcon size={64} radius="xl" variant="light">
          {icon}
        </ThemeIcon>
        <Title order={1} size="h3" ta="center">
          {title}
        </Title>
        {detail && (
          <Text c="dimmed" ta="center">
            {detail}
          </Text>
        )}
        {children}
        <Button component={Link} href={HOME} variant="subtle">
          {t('gone.home')}
        </Button>
      </Stack>
    </div>
  )
}
