// Names, bio, address for mail, and language.
import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { fieldDetail, useAct } from '../api/act'
import { type Locale, type ProfileFieldsFragment, UpdateProfileDocument } from '../api/generated'
import { ProblemNote } from '../design/Problem'
import { Saved, useSaved } from '../design/Saved'
import { Section } from '../design/Section'
import { LANGUAGES, NAMES } from '../i18n/language'

const LOCALES = LANGUAGES.map((language) => ({ value: language.toUpperCase(), label: NAMES[language] }))

export function AccountSection({ viewer }: { viewer: ProfileFieldsFragment }) {
  const { t } = useTranslation('profile')
  const { run, busy, problem } = useAct(UpdateProfileDocument)
  const [isSaved, tellSaved] = useSaved()
  const [username, setUsername] = useState(viewer.user.username)
  const [displayName, setDisplayName] = useState(viewer.user.displayName)
  const [bio, setBio] = useState(viewer.user.bio)
  const [email, setEmail] = useState(viewer.email ?? '')
  const [locale, setLocale] = useState<Locale>(viewer.locale)

  async function save(event: FormEvent) {
    event.preventDefault()
    if (await run({ input: { username, displayName, bio, email, locale } })) tellSaved()
  }

  return (
    <Section title={t('account.title')} about={t('account.about')}>
      <form onSubmit={save}>
        <Stack>
          <ProblemNote problem={problem} />
          <TextInput
            label={t('account.username')}
            autoComplete="username"
            maxLength={32}
            value={username}
            onChange={(event) => setUsername(event.currentTarget.value)}
            error={fieldDetail(problem, 'username')}
          />
          <TextInput
            label={t('account.displayName')}
            description={t('account.displayNameAbout')}
            autoComplete="nickname"
            maxLength={64}
            value={displayName}
            onChange={(event) => setDisplayName(event.currentTarget.value)}
            error={fieldDetail(problem, 'displayName')}
          />
          <Textarea
            label={t('account.bio')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={500}
            value={bio}
            onChange={(event) => setBio(event.currentTarget.value)}
            error={fieldDetail(problem, 'bio')}
          />
          <TextInput
            label={t('account.email')}
            description={t('account.emailAbout')}
            type="email"
            dir="ltr"
            autoComplete="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={fieldDetail(problem, 'email')}
          />
          <Select
            label={t('account.language')}
            data={LOCALES}
            allowDeselect={false}
            value={locale}
            onChange={(value) => value && setLocale(value as Locale)}
            error={fieldDetail(problem, 'locale')}
          />
          <Group>
            <Button type="submit" loading={busy}>
              {t('save')}
            </Button>
            <Saved isShown={isSaved} />
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
