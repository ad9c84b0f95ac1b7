// Where one writes. What happens in the room does not reach it: it is drawn anew for its own keys alone.
import { ActionIcon, Popover } from '@mantine/core'
import { IconEyeOff, IconMoodSmile, IconPaperclip, IconSend2 } from '@tabler/icons-react'
import {
  type ChangeEvent,
  type ClipboardEvent,
  type KeyboardEvent,
  memo,
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
import { IconButton } from '../../design/IconButton'
import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import { newKey } from '../../outbox/key'
import { send } from '../../outbox/outbox'
import { useMe } from '../../session/viewer'
import { sendWhisper } from '../../whispers/whispers'
import { EmojiPicker } from '../feed/EmojiPicker'
import type { FeedState, Message, Person } from '../feed/state'
import type { RoomFeed } from '../RoomFeed'
import { bodyOf, charactersLeft } from './body'
import classes from './Composer.module.css'
import { DropArea } from './DropArea'
import { draftOf, keepDraft } from './drafts'
import { Muted } from './Muted'
import { withMention } from './mentions'
import { ReplyStrip, WhisperStrip } from './Strip'
import { optionId, Suggestions } from './Suggestions'
import { isBusy, Tray } from './Tray'
import { Typing } from './typing'
import { Uploads } from './Uploads'
import { type Present, useMentions } from './useMentions'

type Props = {
  state: FeedState
  feed: RoomFeed
  replyTo: Message | null
  onReplyEnd: () => void
  whisperTo: Person | null
  onWhisperEnd: () => void
  onEditLast: () => void
}

/** What the box asks of the screen around it, whose state changes with every event of the room. */
type Around = {
  readonly present: () => Present
  readonly endReply: () => void
  readonly endWhisper: () => void
  readonly editLast: () => void
}

export function Composer({ feed, replyTo, whisperTo, ...rest }: Props) {
  const latest = useRef(rest)
  useLayoutEffect(() => {
    latest.current = rest
  })
  const around = useMemo<Around>(
    () => ({
      present: () => latest.current.state,
      endReply: () => latest.current.onReplyEnd(),
      endWhisper: () => latest.current.onWhisperEnd(),
      editLast: () => latest.current.onEditLast(),
    }),
    [],
  )
  const viewer = useMe().user.id
  const { room, mine } = rest.state
  return (
    <div className={classes.composer}>
      <div className={classes.inside}>
        {mine?.can.send ? (
          <Box room={room.id} title={room.title} replyTo={replyTo} whisperTo={whisperTo} around={around} />
        ) : (
          <Muted room={room.id} feed={feed} member={rest.state.members.get(viewer)} />
        )}
      </div>
    </div>
  )
}

type BoxProps = {
  room: string
  title: string
  replyTo: Message | null
  whisperTo: Person | null
  around: Around
}

const Box = memo(function Box({ room, title, replyTo, whisperTo, around }: BoxProps) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  const viewer = useMe().user.id
  const belowId = useId()
  const input = useRef<HTMLTextAreaElement>(null)
  const chooser = useRef<HTMLInputElement>(null)

  const [draft, setDraft] = useState(() => draftOf(viewer, room))
  // Words for one person never become words for all: they are apart, and kept nowhere, not even here.
  const [secret, setSecret] = useState({ to: '', text: '' })
  const text = whisperTo ? (secret.to === whisperTo.id ? secret.text : '') : draft
  const [trouble, setTrouble] = useState<string | null>(null)
  const [isWhispering, setWhispering] = useState(false)
  const [isWaiting, setWaiting] = useState(false)
  const [isChoosing, setChoosing] = useState(false)
  const [tray] = useState(() => new Tray(room))
  const uploads = useStore(tray.uploads)
  const typing = useMemo(
    () => new Typing((typing) => void act(SetTypingDocument, { input: { room, typing } })),
    [room],
  )
  const attempt = useRef({ words: '', key: '' })
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
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) input.current?.focus({ preventScroll: true })
  }, [])

  useLayoutEffect(() => {
    if (caret.current !== null && input.current?.value === text)
      input.current.setSelectionRange(caret.current, caret.current)
    caret.current = null
  }, [text])

  const isUploading = isBusy(uploads)
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the files are there, with the text of that moment
  useEffect(() => {
    if (!isWaiting || isUploading) return
    setWaiting(false)
    if (uploads.every(({ state }) => state === 'done')) say()
  }, [isWaiting, isUploading])

  const body = bodyOf(text)
  const left = charactersLeft(text)
  const isTooLong = left !== null && left < 0
  const hasFiles = !whisperTo && uploads.some(({ state }) => state !== 'refused')
  const canSend = (body !== '' || hasFiles) && !isTooLong && !isWhispering

  function change(next: string) {
    setTrouble(null)
    if (whisperTo) {
      setSecret({ to: whisperTo.id, text: next })
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

  function choose(isOpen: boolean) {
    setChoosing(isOpen)
    if (!isOpen) input.current?.focus()
  }

  function submit() {
    if (!canSend) return
    if (whisperTo) void whisper(whisperTo)
    else if (isUploading) setWaiting(true)
    else say()
  }

  function say() {
    const quoted = replyTo && {
      id: replyTo.id,
      body: replyTo.body,
      deletedAt: replyTo.deletedAt,
      author: replyTo.author,
    }
    if (!send({ room, body: bodyOf(draft), replyTo: quoted, attachments: tray.ready })) {
      setTrouble(t('composer.tooMuch'))
      return
    }
    tray.sent()
    typing.sent()
    setDraft('')
    around.endReply()
  }

  async function whisper({ id: recipient }: Person) {
    // The same words again are the same whisper, if only its answer was lost.
    const words = `${recipient} ${body}`
    if (attempt.current.words !== words) attempt.current = { words, key: newKey() }
    setWhispering(true)
    const problem = await sendWhisper({ room, recipient, body, key: attempt.current.key })
    setWhispering(false)
    if (problem) {
      setTrouble(problem.fields?.[0]?.detail ?? problem.detail)
      return
    }
    attempt.current = { words: '', key: '' }
    setTrouble(null)
    setSecret({ to: '', text: '' })
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
    const { files, types } = event.clipboardData
    // From a word processor a picture of the text comes along with it.
    if (files.length === 0 || types.includes('text/plain')) return
    event.preventDefault()
    attach([...files])
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
      <div className={classes.box} data-private={whisperTo ? true : undefined}>
        {whisperTo ? (
          <WhisperStrip person={whisperTo} onEnd={around.endWhisper} />
        ) : (
          replyTo && <ReplyStrip message={replyTo} onEnd={around.endReply} />
        )}
        {!whisperTo && <Uploads tray={tray} uploads={uploads} />}
        <div className={classes.line}>
          {!whisperTo && (
            <>
              <input
                ref={chooser}
                type="file"
                multiple
                hidden
                accept={ACCEPTED}
                onChange={(event: ChangeEvent<HTMLInputElement>) => {
                  attach([...(event.target.files ?? [])])
                  event.target.value = ''
                }}
              />
              <IconButton label={t('composer.attach')} size={40} onClick={() => chooser.current?.click()}>
                <IconPaperclip size={20} aria-hidden />
              </IconButton>
            </>
          )}
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
              readOnly={isWhispering}
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
          <Popover opened={isChoosing} onChange={choose} position="top-end" trapFocus shadow="md">
            <Popover.Target>
              <IconButton
                className={classes.emoji}
                label={t('composer.emoji')}
                size={40}
                aria-expanded={isChoosing}
                onClick={() => choose(!isChoosing)}
              >
                <IconMoodSmile size={20} aria-hidden />
              </IconButton>
            </Popover.Target>
            <Popover.Dropdown p={6}>
              <EmojiPicker
                onPick={(emoji) => {
                  insert(emoji)
                  choose(false)
                }}
              />
            </Popover.Dropdown>
          </Popover>
          <ActionIcon
            className={classes.send}
            size={40}
            variant={canSend ? 'filled' : 'subtle'}
            color={whisperTo ? 'yellow' : canSend ? undefined : 'gray'}
            aria-label={whisperTo ? t('composer.sendWhisper') : t('composer.send')}
            disabled={!canSend && !isWhispering}
            loading={isWhispering || isWaiting}
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
        {left !== null && <Left count={left} />}
      </div>
    </>
  )
})

function Left({ count }: { count: number }) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  return count < 0 ? (
    <span role="status" data-over>
      {t('composer.over', { count: -count, number: number(-count) })}
    </span>
  ) : (
    <span>{t('composer.left', { count, number: number(count) })}</span>
  )
}

/** As the server takes them. */
const ACCEPTED =
  'image/jpeg,image/png,image/webp,image/gif,.txt,.md,.csv,.pdf,.zip,.docx,.xlsx,.pptx,.odt,.ods,.odp,.mp3,.ogg,.m4a,.mp4,.webm'
