// Whose whispers do not reach the viewer.
import { Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { type PersonFragment, UnblockUserDocument } from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import { PersonName } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'

export function BlockedSection({ blocked }: { blocked: readonly PersonFragment[] }) {
  const { t } = useTranslation('profile')
  const { run, busy, problem } = useAct(UnblockUserDocument)
  return (
    <Section title={t('blocked.title')} about={t('blocked.about')}>
      <ProblemNote problem={problem} />
      {blocked.length === 0 && <Text c="dimmed">{t('blocked.nobody')}</Text>}
      <Stack component="ul" gap="xs" m={0} p={0}>
        {blocked.map((person) => (
          <Group component="li" key={person.id} wrap="nowrap">
            <PersonAvatar person={person} size={32} />
            <Text flex={1} truncate>
              <PersonName person={person} />
            </Text>
            <Button
              size="compact-sm"
              variant="default"
              disabled={busy}
              onClick={() => run({ input: { user: person.id } })}
            >
              {t('blocked.unblock')}
            </Button>
          </Group>
        ))}
      </Stack>
    </Section>
  )
}
