// The viewer's picture: chosen, cut to a square by themselves, and seen as others will see it.
import { Button, FileButton, Group, Loader, Stack, Text } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useAct } from '../api/act'
import { type PersonFragment, RemoveAvatarDocument, SetAvatarDocument } from '../api/generated'
import { PersonAvatar } from '../design/Avatar'
import { PersonName } from '../design/PersonName'
import { ProblemNote } from '../design/Problem'
import { Section } from '../design/Section'

const Crop = lazy(async () => ({ default: (await import('./Crop')).Crop }))

export function AvatarSection({ user }: { user: PersonFragment }) {
  const { t } = useTranslation('profile')
  const setting = useAct(SetAvatarDocument)
  const removal = useAct(RemoveAvatarDocument)
  const [chosen, setChosen] = useState<File>()

  async function show(file: File) {
    if (await setting.run({ input: { file } })) setChosen(undefined)
  }

  return (
    <Section title={t('avatar.title')} about={t('avatar.about')}>
      <Stack>
        <ProblemNote problem={setting.problem ?? removal.problem} />
        {setting.problem?.fields?.map((field) => (
          <Text key={field.path.join('.')} c="red" size="sm" role="alert">
            {field.detail}
          </Text>
        ))}
        {chosen ? (
          <Suspense fallback={<Loader type="dots" />}>
            <Crop file={chosen} busy={setting.busy} onDone={show} onCancel={() => setChosen(undefined)} />
          </Suspense>
        ) : (
          <Group wrap="nowrap">
            <PersonAvatar person={user} size={80} />
            <Stack gap="xs" miw={0}>
              <Text fw={600} truncate>
                <PersonName person={user} />
              </Text>
              <Group gap="xs">
                <FileButton
                  accept="image/jpeg,image/png,image/webp,image/gif"
                  onChange={(file) => file && setChosen(file)}
                >
                  {(props) => (
                    <Button variant="light" {...props}>
                      {t('avatar.choose')}
                    </Button>
                  )}
                </FileButton>
                {user.avatarUrl && (
                  <Button variant="default" loading={removal.busy} onClick={() => removal.run({})}>
                    {t('avatar.remove')}
                  </Button>
                )}
              </Group>
            </Stack>
          </Group>
        )}
      </Stack>
    </Section>
  )
}
