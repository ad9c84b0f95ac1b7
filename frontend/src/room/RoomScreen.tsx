// A room that one is in: its head, what is said, the box to say something, and beside them people or the search.
import { useMediaQuery } from '@mantine/hooks'
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { act } from '../api/act'
import { AddReactionDocument, RemoveReactionDocument } from '../api/generated'
import { connection } from '../api/socket'
import { useStore } from '../api/store'
import { roomPath } from '../app/paths'
import { useShortcut } from '../app/shortcuts'
import { copy } from '../design/copy'
import { Loading } from '../design/Loading'
import { later } from '../design/later'
import { tell } from '../design/notices'
import { Unreachable } from '../design/Unreachable'
import { useMe } from '../session/viewer'
import { Composer } from './composer/Composer'
import { Feed } from './feed/Feed'
import { createWishes, unwish, wish } from './feed/reactions'
import type { Message, Person } from './feed/state'
import { TypingLine } from './feed/TypingLine'
import { type FeedTools, FeedToolsContext } from './feed/tools'
import { RoomFeed } from './RoomFeed'
import { RoomHeader } from './RoomHeader'
import classes from './RoomScreen.module.css'
import { SidePanel } from './SidePanel'
import { useGoal } from './useGoal'
import { usePanel } from './usePanel'

const Ended = later(async () => (await import('./RoomGone')).Ended)
const Refused = later(async () => (await import('./RoomGone')).Refused)
const PeoplePanel = later(async () => (await import('./people/PeoplePanel')).PeoplePanel)
const Removal = later(async () => (await import('./Removal')).Removal)
const SearchPanel = later(async () => (await import('./search/SearchPanel')).SearchPanel)
const SideDrawer = later(async () => (await import('./SideDrawer')).SideDrawer)

type Props = {
  room: string
  /** Nobody had been here before. */
  isNew: boolean
  /** To begin at; another one, to go there. */
  message: string | null
  /** To begin at if nothing else is wanted. */
  readUpTo: string | null
  onEnter: () => void
  /** The room has another address. */
  onMoved: (address: string) => void
}

const WIDE = '(min-width: 75em)'

export function RoomScreen({ room, isNew, message, readUpTo, onEnter, onMoved }: Props) {
  const { t } = useTranslation('room')
  const viewer = useMe().user.id
  const [feed] = useState(() => new RoomFeed(room, viewer))
  const [wishes] = useState(createWishes)
  const state = useStore(feed.state)
  const status = useStore(feed.status)

  const { panel, setPanel } = usePanel()
  const [replyTo, setReplyTo] = useState<Message | null>(null)
  const [whisperTo, setWhisperTo] = useState<Person | null>(null)
  const [editing, setEditing] = useState<string | null>(null)
  const [removing, setRemoving] = useState<Message | null>(null)
  const { goal, setGoal, begin, jump, toPresent } = useGoal(feed, message, readUpTo)
  const isWide = useMediaQuery(WIDE, false, { getInitialValueInEffect: false })

  const made = useRef(t('made'))
  useEffect(() => {
    if (isNew) tell(made.current)
  }, [isNew])

  const address = state?.room.address
  const entered = useRef(address)
  useEffect(() => {
    if (address && entered.current && entered.current !== address) onMoved(address)
    entered.current = address
  }, [address, onMoved])

  const tools = useMemo<FeedTools>(
    () => ({
      async react({ id }, emoji, isWanted) {
        wish(wishes, id, emoji, isWanted)
        const input = { message: id, emoji }
        const { payload, problem } = isWanted
          ? await act(AddReactionDocument, { input })
          : await act(RemoveReactionDocument, { input })
        if (payload) {
          const { viewer: mine, ...changed } = payload.message
          feed.learn(changed, mine?.reactions)
        } else tell(problem.detail)
        // Not before what was learnt is drawn.
        requestAnimationFrame(() => unwish(wishes, id, emoji, isWanted))
      },
      reply(message) {
        setWhisperTo(null)
        setReplyTo(message)
      },
      edit(message) {
        setEditing(message?.id ?? null)
      },
      remove: setRemoving,
      whisper(person) {
        setReplyTo(null)
        setWhisperTo(person)
      },
      async copyLink({ id }) {
        const address = feed.state.get()?.room.address ?? ''
        const link = new URL(roomPath(address, { message: id }), location.href).href
        tell((await copy(link)) ? t('copied') : link)
      },
      jump: (to) => void jump(to),
      focus(to) {
        document.querySelector<HTMLElement>(`[data-row="${CSS.escape(to)}"]`)?.focus({ preventScroll: true })
      },
    }),
    [feed, wishes, jump, t],
  )

  const onSaved = useCallback(
    (saved: Message) => {
      feed.learn(saved)
      setEditing(null)
      tools.focus(saved.id)
    },
    [feed, tools],
  )
  const onReplyEnd = useCallback(() => setReplyTo(null), [])
  const onWhisperEnd = useCallback(() => setWhisperTo(null), [])
  const onEditLast = useCallback(() => {
    const now = feed.state.get()
    const own = now?.entries.findLast((entry) => {
      const found = entry.kind === 'message' ? now.messages.get(entry.id) : undefined
      return found?.author.id === viewer && found.deletedAt === null
    })
    if (own?.kind !== 'message') return
    setGoal({ message: own.id, isFound: false })
    setEditing(own.id)
  }, [feed, viewer, setGoal])
  const openFound = useCallback(
    (found: string) => {
      if (!isWide) setPanel(null)
      void jump(found)
    },
    [isWide, setPanel, jump],
  )
  const refresh = useCallback(() => void feed.refresh(), [feed])

  useShortcut('mod+shift+f', t('head.search'), () => setPanel('search'))

  // Back in reach: begin again without being asked.
  const isConnected = useStore(connection) === 'connected'
  useEffect(() => {
    if (isConnected && feed.status.get() === 'unreachable') void begin()
  }, [isConnected, feed, begin])

  if (state?.ended || status === 'refused')
    return state ? <Ended state={state} onEnter={onEnter} /> : <Refused onEnter={onEnter} />
  if (status === 'unreachable') return <Unreachable retry={() => void begin()} />
  if (!state) return <Loading />

  const typing = state.typing.flatMap((id) => state.people.get(id) ?? [])
  const aside = (
    <Suspense fallback={<Loading />}>
      {panel === 'people' ? (
        <PeoplePanel
          state={state}
          viewer={viewer}
          onWhisper={(person) => {
            if (!isWide) setPanel(null)
            tools.whisper(person)
          }}
        />
      ) : (
        <SearchPanel room={room} onOpen={openFound} />
      )}
    </Suspense>
  )
  const asideTitle = panel === 'people' ? t('people.title') : t('search.title')
  const isTyping = typing.length > 0 && isConnected

  return (
    <FeedToolsContext value={tools}>
      <div className={classes.screen} data-open={panel !== null || undefined}>
        <div className={classes.main}>
          <RoomHeader
            room={state.room}
            mine={state.mine}
            panel={panel}
            onPanel={setPanel}
            onChanged={refresh}
          />
          <Feed
            feed={feed}
            state={state}
            viewer={viewer}
            wishes={wishes}
            editing={editing}
            goal={goal}
            onPresent={toPresent}
            onSaved={onSaved}
          />
          <TypingLine people={isTyping ? typing : NOBODY} />
          <Composer
            state={state}
            feed={feed}
            replyTo={replyTo}
            onReply={tools.reply}
            onReplyEnd={onReplyEnd}
            whisperTo={whisperTo}
            onWhisperEnd={onWhisperEnd}
            onEditLast={onEditLast}
          />
        </div>
        {panel && isWide && (
          <SidePanel title={asideTitle} onClose={() => setPanel(null)}>
            {aside}
          </SidePanel>
        )}
        {panel && !isWide && (
          <Suspense>
            <SideDrawer title={asideTitle} onClose={() => setPanel(null)}>
              {aside}
            </SideDrawer>
          </Suspense>
        )}
      </div>
      <Suspense>
        {removing && <Removal message={removing} feed={feed} onEnd={() => setRemoving(null)} />}
      </Suspense>
    </FeedToolsContext>
  )
}

const NOBODY: readonly Person[] = []
