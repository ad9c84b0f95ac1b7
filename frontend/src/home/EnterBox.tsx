// The way into a room whose address one knows, and to a new one: it says which of both it will be.
import { Button, Group, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { type SubmitEvent, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useLocation } from 'wouter'

import { RoomAtDocument } from '../api/generated'
import { roomPath } from '../app/paths'
import { wantedBy } from './address'
import classes from './EnterBox.module.css'

const PAUSE_MS = 200

/** `isNew`: for whoever is in no room yet, it says more. */
export function EnterBox({ isNew }: { isNew: boolean }) {
  const { t } = useTranslation('home')
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const hint = useId()
  const ideas = useId()
  const wanted = wantedBy(text, location.origin)
  const address = wanted.kind === 'address' ? wanted.address : ''
  const found = useRoomAt(address)

  function submit(event: SubmitEvent) {
    event.preventDefault()
    if (wanted.kind === 'link') navigate(wanted.path)
    if (wanted.kind === 'address') navigate(roomPath(found?.room?.address ?? wanted.address))
  }

  const room = found?.room
  const isBad = wanted.kind === 'slash' || wanted.kind === 'long'

  function said(): string {
    if (wanted.kind === 'slash') return t('noSlash')
    if (wanted.kind === 'long') return t('tooLong')
    // Nothing is said of what is only half typed.
    if (!found) return address || !isNew ? '' : t('enterAbout')
    if (!room) return t('foundNone')
    const facts = {
      title: room.title,
      members: t('members', { count: room.memberCount }),
      online: t('online', { count: room.onlineCount }),
    }
    return room.viewer ? t('foundMine', facts) : t('found', facts)
  }

  return (
    <form className={classes.box} onSubmit={submit}>
      <TextInput
        label={t('enter')}
        placeholder={t('enterExample')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        size="md"
        autoCapitalize="off"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="go"
        aria-describedby={hint}
        error={isBad}
        className={classes.input}
      />
      <Button type="submit" size="md" disabled={wanted.kind !== 'link' && wanted.kind !== 'address'}>
        {found && !room ? t('create') : room?.viewer ? t('open') : t('go')}
      </Button>
      <Text
        id={hint}
        className={classes.hint}
        size="sm"
        c={isBad ? 'var(--wrong)' : 'dimmed'}
        aria-live="polite"
      >
        {said()}
      </Text>
      {isNew && (
        <Group component="section" gap="xs" aria-labelledby={ideas}>
          <Text id={ideas} size="sm" c="dimmed">
            {t('ideas')}
          </Text>
          {[t('idea1'), t('idea2'), t('idea3')].map((idea) => (
            <Button key={idea} variant="light" radius="xl" h={40} onClick={() => setText(idea)}>
              {idea}
            </Button>
          ))}
        </Group>
      )}
    </form>
  )
}

/** What is at an address, once somebody has stopped typing; undefined while it is not known. */
function useRoomAt(address: string) {
  const [asked] = useDebouncedValue(address, PAUSE_MS)
  const [{ data, fetching, stale }] = useQuery({
    query: RoomAtDocument,
    variables: { address: asked },
    requestPolicy: 'network-only',
    pause: !asked,
  })
  const isKnown = address !== '' && address === asked && !fetching && !stale
  return isKnown ? data : undefined
}
