// What is said in a room, as a list of which only the visible part is drawn. It stays at the end while one reads
// there, and where it is while anything else happens above or below.
import { Loader, UnstyledButton } from '@mantine/core'
import { IconArrowDown } from '@tabler/icons-react'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Virtualizer, type VirtualizerHandle } from 'virtua'

import { connection } from '../../api/socket'
import { useStore } from '../../api/store'
import { useShortcut } from '../../app/shortcuts'
import { useFormat } from '../../i18n/format'
import { hasArrived, pending as outbox } from '../../outbox/outbox'
import { whispers as allWhispers, type Whisper } from '../../whispers/whispers'
import type { RoomFeed } from '../RoomFeed'
import type { Goal } from '../useGoal'
import { Announcer } from './Announcer'
import { DayRow } from './DayRow'
import classes from './Feed.module.css'
import { MessageRow } from './MessageRow'
import { NoticesRow } from './NoticesRow'
import { PendingRow } from './PendingRow'
import rowClasses from './Row.module.css'
import type { Wishes } from './reactions'
import { beginning, lastMessage, type Row, rowsOf, unreadCount } from './rows'
import { StartRow } from './StartRow'
import type { FeedState, Message } from './state'
import { useMarkRead } from './useMarkRead'
import { useStops } from './useStops'
import { WhisperLine } from './WhisperLine'

type Props = {
  feed: RoomFeed
  state: FeedState
  viewer: string
  wishes: Wishes
  editing: string | null
  goal: Goal | null
  /** To the last messages, which are not here; whether one is there now. */
  onPresent: () => Promise<boolean>
  onSaved: (message: Message) => void
}

/** Pixels: whoever is as near to the end as this reads there. */
const NEAR_END = 60
const LIT_MS = 2_400

export function Feed({ feed, state, viewer, wishes, editing, goal, onPresent, onSaved }: Props) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const { entries, messages, earlier, later, people, mine, online } = state
  const room = state.room.id

  const spoken = useStore(allWhispers)
  const whispers = useMemo(() => spoken.filter((whisper) => whisper.room.id === room), [spoken, room])
  const waiting = useStore(outbox)
  const pending = useMemo(
    () => waiting.filter((entry) => entry.room === room && !hasArrived(entry, messages)),
    [waiting, room, messages],
  )
  const clicked = useStore(wishes)
  const isPaging = useStore(feed.isPaging)

  // The line above what is unread stays where it is until there is other news.
  const unreadAfter = useRef(mine?.unreadCount ? (mine.lastRead?.id ?? null) : null).current
  const [line, setLine] = useState(unreadAfter)
  const rows = useMemo(
    () => rowsOf({ entries, messages, earlier, later }, whispers, pending, viewer, line),
    [entries, messages, earlier, later, whispers, pending, viewer, line],
  )
  const last = useMemo(() => lastMessage({ entries }), [entries])

  const section = useRef<HTMLElement>(null)
  const list = useRef<VirtualizerHandle>(null)
  const isAtEnd = useRef(true)
  const scrolled = useRef(0)
  /** Null while the newest is in sight; else the last one that was. */
  const [away, setAway] = useState(() =>
    unreadAfter !== null && messages.has(unreadAfter) ? { seen: unreadAfter as string | null } : null,
  )
  const { stop, go, events } = useStops(rows, section, list)
  const [lit, setLit] = useState<string | null>(null)

  const news = away ? unreadCount({ entries, messages, earlier, later }, away.seen, viewer) : 0
  const missed = later === null ? news : Math.max(mine?.unreadCount ?? 0, state.heldBack.length)
  useMarkRead(away === null && later === null ? last : null, mine?.lastRead?.id ?? null)

  useEffect(() => {
    if (away && news) setLine(away.seen)
  }, [away, news])

  const lookAround = useCallback(() => {
    const { current } = list
    if (!current) return
    const distance = current.scrollSize - current.scrollOffset - current.viewportSize
    // Only whoever scrolls up leaves the end: what grows below, or is measured anew, does not take anybody away.
    if (distance < NEAR_END) isAtEnd.current = true
    else if (current.scrollOffset < scrolled.current - 1) isAtEnd.current = false
    scrolled.current = current.scrollOffset
    const isReading = isAtEnd.current && document.visibilityState === 'visible'
    setAway((before) => (isReading ? null : (before ?? { seen: last })))
    if (current.scrollOffset < current.viewportSize) void feed.loadEarlier()
    if (distance < current.viewportSize) void feed.loadLater()
  }, [feed, last])

  const toEnd = useCallback(() => {
    if (rows.length) list.current?.scrollToIndex(rows.length - 1, { align: 'end' })
  }, [rows.length])

  // A page from above must not move what is read: the list keeps its place from the end then.
  const first = entries[0]
  const firstKey = first?.kind === 'message' ? first.id : first?.notice.id
  const drawn = useRef({ firstKey, lastKey: rows.at(-1)?.key })
  const isAbove = drawn.current.firstKey !== firstKey && drawn.current.lastKey === rows.at(-1)?.key
  useLayoutEffect(() => {
    drawn.current = { firstKey, lastKey: rows.at(-1)?.key }
  }, [firstKey, rows])

  const isPlaced = useRef(false)
  useLayoutEffect(() => {
    if (isPlaced.current) return
    isPlaced.current = true
    const begin = beginning(rows, goal?.message)
    if (!begin) return toEnd()
    isAtEnd.current = false
    if (begin.kind === 'unread')
      list.current?.scrollToIndex(rows.indexOf(begin), { align: 'start', offset: -NEAR_END })
  }, [rows, goal, toEnd])

  const mayFollow = later === null
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that there is another line
  useLayoutEffect(() => {
    if (isAtEnd.current && mayFollow) toEnd()
    const frame = requestAnimationFrame(lookAround)
    return () => cancelAnimationFrame(frame)
  }, [rows, mayFollow, toEnd, lookAround])

  const isConnected = useStore(connection) === 'connected'
  useEffect(() => {
    if (isConnected) lookAround()
  }, [isConnected, lookAround])

  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'hidden') lookAround()
      // What came meanwhile is drawn first.
      else requestAnimationFrame(() => requestAnimationFrame(lookAround))
    }
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [lookAround])

  const reached = useRef<Goal | null>(null)
  useEffect(() => {
    if (!goal || reached.current === goal) return
    if (!go(goal.message, goal.isFound ? 'center' : 'nearest')) return
    reached.current = goal
    if (!goal.isFound) return
    isAtEnd.current = false
    setLit(goal.message)
  }, [goal, go])
  useEffect(() => {
    if (!lit) return
    const timer = setTimeout(() => setLit(null), LIT_MS)
    return () => clearTimeout(timer)
  }, [lit])

  async function toPresent() {
    isAtEnd.current = true
    if (later === null) toEnd()
    else isAtEnd.current = await onPresent()
  }

  // They are listened to by the message that has the focus.
  useShortcut('ArrowUp', t('keys.up'), null)
  useShortcut('ArrowDown', t('keys.down'), null)
  useShortcut('r', t('keys.reply'), null)
  useShortcut('+', t('keys.react'), null)
  useShortcut('e', t('keys.edit'), null)
  useShortcut('c', t('keys.copyLink'), null)
  useShortcut('Delete', t('keys.delete'), null)

  // What has the focus, or words in it, stays where it is while one looks elsewhere.
  const kept = useMemo(
    () => rows.flatMap(({ key }, index) => (key === stop || key === editing ? [index] : [])),
    [rows, stop, editing],
  )

  const canWrite = mine?.can.send ?? false
  const draw = (row: Row) => {
    switch (row.kind) {
      case 'start':
        return <StartRow key={row.key} room={state.room} isEmpty={rows.length === 1} />
      case 'day':
        return <DayRow key={row.key} at={row.at} />
      case 'unread':
        return (
          <div key={row.key} className={rowClasses.line} data-unread>
            {t('feed.unread')}
          </div>
        )
      case 'notices':
        return <NoticesRow key={row.key} notices={row.notices} people={people} />
      case 'whisper':
        return (
          <WhisperLine
            key={row.key}
            row={row.key}
            whisper={row.whisper}
            isStop={row.key === stop}
            viewer={viewer}
            canAnswer={canWrite && online.has(otherOf(row.whisper, viewer))}
          />
        )
      case 'pending':
        return (
          <PendingRow
            key={row.key}
            row={row.key}
            pending={row.pending}
            isFirst={row.isFirst}
            isStop={row.key === stop}
            viewer={viewer}
          />
        )
      case 'message': {
        const message = messages.get(row.key)!
        const { author, replyTo } = message
        return (
          <MessageRow
            key={row.key}
            message={message}
            author={people.get(author.id) ?? author}
            people={people}
            quoted={replyTo && (messages.get(replyTo.id) ?? replyTo)}
            viewer={viewer}
            mine={state.reacted.get(row.key)}
            wishes={clicked.get(row.key)}
            isFirst={row.isFirst}
            isStop={row.key === stop}
            isEditing={row.key === editing}
            isLit={row.key === lit}
            canWrite={canWrite}
            canModerate={mine?.can.moderate ?? false}
            isAuthorOnline={online.has(author.id)}
            onSaved={onSaved}
          />
        )
      }
    }
  }

  return (
    <section ref={section} className={classes.feed} aria-label={t('feed.label')} {...events}>
      {isPaging && <Loader size="xs" className={classes.paging} aria-hidden />}
      <div className={classes.scroller}>
        <div className={classes.spring} />
        <Virtualizer
          ref={list}
          data={rows}
          shift={isAbove}
          keepMounted={kept}
          onScroll={lookAround}
          onResize={() => isAtEnd.current && mayFollow && toEnd()}
        >
          {draw}
        </Virtualizer>
        {rows.length === 1 && <div className={classes.spring} />}
      </div>
      {(away !== null || later !== null) && (
        <UnstyledButton
          className={classes.pill}
          onClick={() => void toPresent()}
          data-news={missed > 0 || undefined}
        >
          <IconArrowDown size={16} aria-hidden />
          {missed > 0 ? t('feed.news', { count: missed, number: number(missed) }) : t('feed.toEnd')}
        </UnstyledButton>
      )}
      <Announcer news={feed.news} people={people} whispers={whispers} pending={pending} viewer={viewer} />
    </section>
  )
}

function otherOf({ sender, recipient }: Whisper, viewer: string): string {
  return sender.id === viewer ? recipient.id : sender.id
}
