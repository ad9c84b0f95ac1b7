// Who may not come back, until a moderator lets them.
import { Button, Group, Stack, Text } from '@mantine/core'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { ModerateMemberDocument, type RoomModerationQuery } from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import { PersonName, useNameOf } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { useFormat } from '../i18n/format'
import classes from './BansSection.module.css'

type Ban = NonNullable<NonNullable<RoomModerationQuery['room']>['bans']>['nodes'][number]

export function BansSection({ room, bans }: { room: string; bans: readonly Ban[] }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const nameOf = useNameOf()
  const { run, busy, problem } = useAct(ModerateMemberDocument)

  const part = useRef<HTMLDivElement>(null)

  async function unban(user: string) {
    await run({ input: { room, user, action: 'UNBAN' } })
    // The button could not keep it: it was disabled meanwhile, and goes with its line.
    part.current?.focus({ preventScroll: true })
  }

  return (
    <Section title={t('bans.title')} about={t('bans.about')}>
      <Stack ref={part} tabIndex={-1} className={classes.part} role="group" aria-label={t('bans.title')}>
        <ProblemNote problem={problem} />
        {bans.length === 0 ? (
          <Text c="dimmed">{t('bans.nobody')}</Text>
        ) : (
          <Stack component="ul" gap="xs" m={0} p={0}>
            {bans.map(({ id, user, by, at }) => (
              <Group component="li" key={id} wrap="nowrap">
                <PersonAvatar person={user} size={36} />
                <Stack gap={0} flex={1} miw={0}>
                  <Text truncate>
                    <PersonName person={user} />
                  </Text>
                  <Text size="sm" c="dimmed">
                    {by
                      ? t('bans.by', { name: nameOf(by), at: format.moment(new Date(at)) })
                      : t('bans.at', { at: format.moment(new Date(at)) })}
                  </Text>
                </Stack>
                <Button
                  size="compact-sm"
                  variant="default"
                  disabled={busy}
                  onClick={() => void unban(user.id)}
                >
                  {t('bans.unban')}
                </Button>
              </Group>
            ))}
          </Stack>
        )}
      </Stack>
    </Section>
  )
}
