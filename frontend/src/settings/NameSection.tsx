// Where a room is, what it is called, what it is about, and whether everybody may come.
import { Button, Group, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { fieldDetail, useAct } from '../api/act'
import { type RoomHeadFragment, type RoomMineFragment, UpdateRoomDocument } from '../api/generated'
import { roomSettingsPath } from '../app/paths'
import { ProblemNote } from '../design/Problem'
import { Saved, useSaved } from '../design/Saved'
import { Section } from '../design/Section'

export function NameSection({ room, can }: { room: RoomHeadFragment; can: RoomMineFragment['can'] }) {
  const { t } = useTranslation('settings')
  const [, go] = useLocation()
  const { run, busy, problem } = useAct(UpdateRoomDocument)
  const [isSaved, tellSaved] = useSaved()
  const [address, setAddress] = useState(room.address)
  const [title, setTitle] = useState(room.title)
  const [topic, setTopic] = useState(room.topic)
  const [isPrivate, setPrivate] = useState(room.isPrivate)

  async function save(event: FormEvent) {
    event.preventDefault()
    // Only what is another: who may rename a room may not always close it.
    const input = {
      room: room.id,
      ...(address !== room.address && { address }),
      ...(title !== room.title && { title }),
      ...(topic !== room.topic && { topic }),
      ...(isPrivate !== room.isPrivate && { isPrivate }),
    }
    const made = await run({ input })
    if (!made) return
    tellSaved()
    if (made.room.address !== room.address) go(roomSettingsPath(made.room.address), { replace: true })
  }

  return (
    <Section title={t('name.title')}>
      <form onSubmit={save}>
        <Stack>
          <ProblemNote problem={problem} />
          <TextInput
            label={t('name.name')}
            maxLength={64}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            error={fieldDetail(problem, 'title')}
          />
          <TextInput
            label={t('name.address')}
            description={t('name.addressAbout')}
            maxLength={64}
            value={address}
            onChange={(event) => setAddress(event.currentTarget.value)}
            error={fieldDetail(problem, 'address')}
          />
          <Textarea
            label={t('name.topic')}
            autosize
            maxLength={256}
            value={topic}
            onChange={(event) => setTopic(event.currentTarget.value)}
            error={fieldDetail(problem, 'topic')}
          />
          {can.setPrivacy && (
            <Switch
              label={t('name.private')}
              description={t('name.privateAbout')}
              checked={isPrivate}
              onChange={(event) => setPrivate(event.currentTarget.checked)}
              error={fieldDetail(problem, 'isPrivate')}
            />
          )}
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
