// The text of the next message with all that goes with it. It is drawn anew for its own keys alone.
import { ActionIcon } from '@mantine/core'
import { IconEyeOff, IconSend2 } from '@tabler/icons-react'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  memo,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useTranslation } from 'react-i18next'

import { act } from '../../api/act'
import { SetTypingDocument } from '../../api/generated'
import { useStore } from '../../api/store'
import { useShortcut } from '../../app/shortcuts'
import { useNameOf } from '../../design/PersonName'
import { useMe } from '../../session/viewer'
import type { Message, Person } from '../feed/state'
import { AttachButton } from './AttachButton'
import { bodyOf, charactersLeft } from './body'
import classes from './Composer.module.css'
import { deskOf, type Parcel } from './Desk'
import { DropArea } from './DropArea'
import { draftOf, joined, keepDraft } from './drafts'
import { EmojiButton } from './EmojiButton'
import { Left } from './Left'
import { withMention } from './mentions'
import { Parcels } from './Parcels'
import { pastedFiles } from './pasted'
import { ReplyStrip, WhisperStrip } from './Strip'
import { optionId, Suggestions } from './Suggestions'
import { mayGo } from './Tray'
import { Typing } from './typing'
import { Uploads } from './Uploads'
import { type Present, useMentions } from './useMentions'
import { useWhisper } from './useWhisper'

/** What the box asks of the screen around it, whose state changes with every event of the room. */
export type Around = {
  readonly present: () => Present
  readonly reply: (message: Message) => void
  readonly endReply: () => void
  readonly endWhisper: () => void
  readonly editLast: () => void
}

type Props = {
  room: string
  title: string
  replyTo: Message | null
  whisperTo: Person | null
  around: Around
}

export const Box = memo(function Box({ room, title, replyTo, whisperTo, around }: Props) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  const viewer = useMe().user.id
  const belowId = useId()
  const input = useRef<HTMLTextAreaElement>(null)

  // Before the draft: after a reload it brings back into it what waited.
  const desk = deskOf(viewer, room)
  const tray = useStore(desk.tray)
  const uploads = useStore(tray.uploads)
  const [draft, setDraft] = useState(() => draftOf(viewer, room))
  const secret = useWhisper(room, whisperTo)
  const text = whisperTo ? secret.text : draft
  const [trouble, setTrouble] = useState<string | null>(null)
  const typing = useMemo(
    () => new Typing((typing) => void act(SetTypingDocument, { input: { room, typing } })),
    [room],
  )
  const caret = useRef<number | null>(null)

  const mentions = useMentions({
    room,
    present: around.present,
    onPick(mention, person) {
      const completed = withMention(text, mention, person.username)
      caret.current = completed.caret
      change(completed.text)
    },
  })

  useEffect(() => keepDraft(viewer, room, draft), [viewer, room, draft])

  useEffect(() => () => typing.stopped(), [typing])

  useEffect(() => {
    if (replyTo || whisperTo) input.current?.focus()
    if (whisperTo) typing.stopped()
    setTrouble(null)
  }, [replyTo, whisperTo, typing])

  // On a screen that is touched, it would bring up the keyboard.
  const beReady = useCallback(() => {
    if (matchMedia('(pointer: fine)').matches) input.current?.focus({ preventScroll: true })
  }, [])
  useEffect(beReady, [beReady])

  useLayoutEffect(() => {
    if (caret.current !== null && input.current?.value === text)
      input.current.setSelectionRange(caret.current, caret.current)
    caret.current = null
  }, [text])

  const body = bodyOf(text)
  const left = charactersLeft(text)
  const isTooLong = left !== null && left < 0
  const hasFiles = !whisperTo && uploads.some(mayGo)
  const canSend = (body !== '' || hasFiles) && !isTooLong && !secret.isBusy

  function change(next: string) {
    setTrouble(null)
    if (whisperTo) {
      secret.write(whisperTo.id, next)
      return
    }
    setDraft(next)
    if (next) typing.typed()
    else typing.stopped()
  }

  /** In the place of what is selected; and the caret stands behind it. */
  function insert(words: string) {
    const { selectionStart = text.length, selectionEnd = text.length } = input.current ?? {}
    caret.current = selectionStart + words.length
    change(text.slice(0, selectionStart) + words + text.slice(selectionEnd))
  }

  function submit() {
    if (!canSend) return
    if (whisperTo) {
      void whisper(whisperTo)
      return
    }
    if (!desk.send(draft, replyTo)) {
      setTrouble(t('composer.tooMuch'))
      return
    }
    typing.sent()
    setDraft('')
    around.endReply()
  }

  /** What waits for its files is not to be sent yet. */
  function takeBack(parcel: Parcel) {
    if (!desk.unpack(parcel)) {
      setTrouble(t('composer.tooManyFiles'))
      return
    }
    if (whisperTo) around.endWhisper()
    setDraft(joined([parcel.text, draft]))
    if (parcel.replyTo && !replyTo) around.reply(parcel.replyTo)
    input.current?.focus()
  }

  async function whisper({ id }: Person) {
    const problem = await secret.say(id, body)
    setTrouble(problem ? (problem.fields?.[0]?.detail ?? problem.detail) : null)
  }

  function attach(files: readonly File[]) {
    if (files.length === 0) return
    if (whisperTo) setTrouble(t('composer.noFiles'))
    else setTrouble(tray.add(files) ? null : t('composer.tooManyFiles'))
    input.current?.focus()
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>) {
    // The key belongs to the input method, which puts letters together. (Safari tells of its end too early: 229.)
    if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === 229) return
    const isAlone = !event.shiftKey && !event.altKey
    if (mentions.press(event)) event.preventDefault()
    else if (event.key === 'Enter' && isAlone) {
      event.preventDefault()
      submit()
    } else if (event.key === 'Escape' && (whisperTo || replyTo)) {
      event.preventDefault()
      if (whisperTo) around.endWhisper()
      else around.endReply()
    } else if (event.key === 'ArrowUp' && isAlone && text === '' && uploads.length === 0 && !whisperTo) {
      event.preventDefault()
      around.editLast()
    }
  }

  function paste(event: ClipboardEvent) {
    const files = pastedFiles(event.clipboardData)
    if (files.length === 0) return
    event.preventDefault()
    attach(files)
  }

  useShortcut('Enter', t('composer.send'), null)
  useShortcut('shift+Enter', t('composer.newLine'), null)
  useShortcut('ArrowUp', t('composer.editLast'), null)
  useShortcut('@', t('composer.mention'), null)

  const label = whisperTo
    ? t('composer.whisperLabel', { name: nameOf(whisperTo) })
    : t('composer.label', { title })
  const isCompleting = mentions.people.length > 0
  return (
    <>
      <DropArea onFiles={attach} />
      {isCompleting && (
        <Suggestions
          id={mentions.id}
          people={mentions.people}
          active={mentions.active}
          isOnline={(id) => around.present().online.has(id)}
          onPick={mentions.pick}
        />
      )}
      <Parcels desk={desk} onTakeBack={takeBack} onRemoved={beReady} />
      <div className={classes.box} data-private={whisperTo ? true : undefined}>
        {whisperTo ? (
          <WhisperStrip person={whisperTo} onEnd={around.endWhisper} />
        ) : (
          replyTo && <ReplyStrip message={replyTo} onEnd={around.endReply} />
        )}
        {!whisperTo && <Uploads tray={tray} uploads={uploads} onRemoved={beReady} />}
        <div className={classes.line}>
          {!whisperTo && <AttachButton onFiles={attach} />}
          <div className={classes.grow} data-text={text}>
            <textarea
              ref={input}
              className={classes.text}
              rows={1}
              value={text}
              // Nothing has no direction of its own, but its placeholder has the page's.
              dir={text ? 'auto' : undefined}
              placeholder={label}
              aria-label={label}
              aria-describedby={belowId}
              aria-autocomplete="list"
              aria-controls={isCompleting ? mentions.id : undefined}
              aria-activedescendant={isCompleting ? optionId(mentions.id, mentions.active) : undefined}
              enterKeyHint="send"
              readOnly={secret.isBusy}
              onChange={(event) => {
                change(event.target.value)
                mentions.follow(event.target.value, event.target.selectionStart)
              }}
              onSelect={({ currentTarget }) =>
                mentions.follow(currentTarget.value, currentTarget.selectionStart)
              }
              onBlur={mentions.close}
              onKeyDown={press}
              onPaste={paste}
            />
          </div>
          <EmojiButton onPick={insert} onClose={() => input.current?.focus()} />
          <ActionIcon
            className={classes.send}
            size={40}
            variant={canSend ? 'filled' : 'subtle'}
            color={whisperTo ? 'yellow' : canSend ? undefined : 'gray'}
            aria-label={whisperTo ? t('composer.sendWhisper') : t('composer.send')}
            disabled={!canSend && !secret.isBusy}
            loading={secret.isBusy}
            // The keyboard of a phone stays where it is.
            onMouseDown={(event) => event.preventDefault()}
            onClick={submit}
          >
            {whisperTo ? <IconEyeOff size={20} aria-hidden /> : <IconSend2 size={20} aria-hidden />}
          </ActionIcon>
        </div>
      </div>
      <div id={belowId} className={classes.below}>
        {trouble && <span role="alert">{trouble}</span>}
        <Left count={left} />
      </div>
    </>
  )
})
