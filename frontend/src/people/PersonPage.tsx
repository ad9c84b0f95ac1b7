// Somebody's profile, as everybody sees it.
import { Badge, Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { Link } from 'wouter'

import { useAct } from '../api/act'
import { BlockUserDocument, PersonPageDocument, UnblockUserDocument } from '../api/generated'
import { PROFILE } from '../app/paths'
import { PersonAvatar } from '../design/Avatar'
import { Loading } from '../design/Loading'
import { Nowhere } from '../design/Nowhere'
import { Page } from '../design/Page'
import { PersonName } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'
import { Unreachable } from '../design/Unreachable'
import { useFormat } from '../i18n/format'
import { useMe } from '../session/viewer'

export function PersonPage({ username }: { username: string }) {
  const { t } = useTranslation('people')
  const format = useFormat()
  const me = useMe()
  const [{ data, fetching }, ask] = useQuery({
    query: PersonPageDocument,
    variables: { username },
    requestPolicy: 'cache-and-network',
  })
  const block = useAct(BlockUserDocument)
  const unblock = useAct(UnblockUserDocument)

  if (!data) return fetching ? <Loading /> : <Unreachable retry={() => ask()} />
  const { user, viewer } = data
  if (!user) return <Nowhere title={t('notFound')} />

  const isBlocked = viewer?.blocked.some(({ id }) => id === user.id)
  const seen = user.lastSeenAt
    ? t('lastSeen', { at: format.moment(new Date(user.lastSeenAt)) })
    : t('neverSeen')
  return (
    <Page title={<PersonName person={user} />}>
      <Section title={`@${user.username}`}>
        <Stack>
          <Group wrap="nowrap" align="flex-start">
            <PersonAvatar
              person={{ ...user, avatarUrl: user.portrait }}
              size={112}
              isOnline={user.isOnline}
            />
            <Stack gap={4}>
              {user.isOnline ? <Badge tt="none">{t('online')}</Badge> : <Text c="dimmed">{seen}</Text>}
              <Text c="dimmed">{t('joined', { at: format.moment(new Date(user.stats.joinedAt)) })}</Text>
              <Text c="dimmed">{t('messages', { count: user.stats.messages })}</Text>
              <Text c="dimmed">{t('rooms', { count: user.stats.rooms })}</Text>
            </Stack>
          </Group>
          <Text
            dir="auto"
            style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
            c={user.bio ? undefined : 'dimmed'}
          >
            {user.bio || t('noBio')}
          </Text>
          <ProblemNote problem={block.problem ?? unblock.problem} />
          {user.id === me.user.id ? (
            <Group>
              <Button component={Link} href={PROFILE} variant="light">
                {t('edit')}
              </Button>
            </Group>
          ) : (
            <Group>
              <Button
                variant="default"
                loading={block.busy || unblock.busy}
                onClick={() => (isBlocked ? unblock : block).run({ input: { user: user.id } })}
              >
                {isBlocked ? t('unblock') : t('block')}
              </Button>
              <Text size="sm" c="dimmed">
                {t('blockAbout')}
              </Text>
            </Group>
          )}
        </Stack>
      </Section>
    </Page>
  )
}
