// A few letters and Enter, and one is in another room: one's own, a public one, or one that is made by it.
import { Modal, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconDoorEnter, IconSearch } from '@tabler/icons-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'
import { useLocation } from 'wouter'

import { LobbyDocument } from '../api/generated'
import { Clipped } from '../design/Clipped'
import { RoomSign } from '../design/RoomSign'
import { useMyRooms } from '../news/myRooms'
import { type Choice, choicesFor } from './choices'
import classes from './Switcher.module.css'

const PAUSE_MS = 150

export function Switcher({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('app')
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const [active, setActive] = useState(0)
  const list = useId()
  const activeRow = useRef<HTMLDivElement>(null)
  const { rooms = [] } = useMyRooms()
  const choices = choicesFor(text, rooms, usePublicRooms(text.trim()))

  // biome-ignore lint/correctness/useExhaustiveDependencies: another row is the active one
  useEffect(() => activeRow.current?.scrollIntoView({ block: 'nearest' }), [active])

  function choose(choice: Choice | undefined) {
    if (!choice) return
    onClose()
    navigate(choice.path)
  }

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) setActive((active + step + choices.length) % Math.max(1, choices.length))
    else if (event.key === 'Enter') choose(choices[active])
    else return
    event.preventDefault()
  }

  const about: Record<Choice['kind'], (choice: Choice) => string> = {
    mine: ({ unread }) => (unread ? t('unread', { count: unread }) : ''),
    public: ({ online }) => (online ? t('online', { count: online }) : ''),
    enter: () => '',
  }
  return (
    <Modal.Root opened onClose={onClose} size="lg" yOffset="12dvh">
      <Modal.Overlay />
      <Modal.Content aria-label={t('find')}>
        <TextInput
          data-autofocus
          variant="unstyled"
          size="lg"
          className={classes.input}
          leftSection={<IconSearch size={20} aria-hidden />}
          leftSectionWidth={48}
          placeholder={t('find')}
          aria-label={t('find')}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value)
            setActive(0)
          }}
          onKeyDown={press}
          role="combobox"
          aria-expanded={choices.length > 0}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={choices[active] && `${list}-${active}`}
        />
        <div id={list} role="listbox" aria-label={t('rooms')} className={classes.list}>
          {choices.map((choice, index) => (
            // The keys of the box above are those of this list.
            // biome-ignore lint/a11y/useKeyWithClickEvents: they are pressed in the box
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box
            <div
              key={choice.key}
              id={`${list}-${index}`}
              ref={index === active ? activeRow : undefined}
              role="option"
              aria-selected={index === active}
              className={classes.choice}
              onPointerMove={() => setActive(index)}
              onClick={() => choose(choice)}
            >
              {choice.room ? (
                <RoomSign room={choice.room} size={30} />
              ) : (
                <IconDoorEnter className={classes.door} size={30} stroke={1.5} aria-hidden />
              )}
              <Clipped>{choice.room ? choice.room.title : t('enterRoom', { address: text.trim() })}</Clipped>
              <span className={classes.about}>{about[choice.kind](choice)}</span>
            </div>
          ))}
        </div>
        {choices.length === 0 && <p className={classes.empty}>{t('findAbout')}</p>}
      </Modal.Content>
    </Modal.Root>
  )
}

/** Those that have it in their name, once somebody has stopped typing. */
function usePublicRooms(matching: string) {
  const [asked] = useDebouncedValue(matching, PAUSE_MS)
  const [{ data }] = useQuery({
    query: LobbyDocument,
    variables: { matching: asked || null, first: 8, after: null },
    requestPolicy: 'cache-and-network',
  })
  return data?.rooms.nodes ?? []
}
