// Says what is new to whoever does not see it: one thing as it is, many at once as a number; and what was not sent.
import { VisuallyHidden } from '@mantine/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { Store } from '../../api/store'
import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import type { Pending } from '../../outbox/outbox'
import type { Whisper } from '../../whispers/whispers'
import type { Message, Person } from './state'

type Props = {
  /** What was said a moment ago. */
  news: Store<readonly Message[]>
  people: ReadonlyMap<string, Person>
  whispers: readonly Whisper[]
  pending: readonly Pending[]
  viewer: string
}

type Heard =
  | { readonly kind: 'said' | 'whispered'; readonly by: Person; readonly body: string }
  | { readonly kind: 'refused'; readonly detail: string }

const PAUSE_MS = 1_000
const LONGEST = 300

export function Announcer({ news, people, whispers, pending, viewer }: Props) {
  const [told, setTold] = useState<{ readonly turn: number; readonly lines: readonly string[] }>(NOTHING)
  const heard = useRef<Heard[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const linesOf = useLines(people)
  const latest = useRef(linesOf)
  useEffect(() => {
    latest.current = linesOf
  })

  const hear = useCallback((things: readonly Heard[]) => {
    if (!things.length) return
    heard.current.push(...things)
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      const lines = latest.current(heard.current.splice(0))
      setTold(({ turn }) => ({ turn: turn + 1, lines }))
    }, PAUSE_MS)
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])

  useEffect(
    () =>
      news.subscribe(() => {
        const others = news.get().filter(({ author }) => author.id !== viewer)
        hear(others.map(({ author, body }) => ({ kind: 'said', by: author, body })))
      }),
    [news, viewer, hear],
  )
  useNew(whispers, ({ sender, body }) =>
    hear(sender.id === viewer ? [] : [{ kind: 'whispered', by: sender, body }]),
  )
  useNew(
    pending.filter(({ state }) => state === 'refused').map((each) => ({ ...each, id: each.key })),
    ({ detail }) => hear([{ kind: 'refused', detail: detail ?? '' }]),
  )

  return (
    <VisuallyHidden component="div" role="status" aria-live="polite">
      {/* The same words are said again only if they are put there anew. */}
      <div key={told.turn}>
        {told.lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </VisuallyHidden>
  )
}

const NOTHING = { turn: 0, lines: [] }

function useLines(people: ReadonlyMap<string, Person>): (things: readonly Heard[]) => readonly string[] {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const nameOf = useNameOf()
  return (things) => {
    const said = things.flatMap((each) => (each.kind === 'refused' ? [] : [each]))
    const refused = things.flatMap((each) =>
      each.kind === 'refused' ? [t('feed.refused', { detail: each.detail })] : [],
    )
    const [one] = said
    if (!one) return [...new Set(refused)]
    const count = said.length
    const name = nameOf(people.get(one.by.id) ?? one.by)
    const body = one.body.slice(0, LONGEST) || t('message.attachment')
    const words =
      count > 1
        ? t('feed.news', { count, number: number(count) })
        : one.kind === 'said'
          ? t('feed.said', { name, body })
          : t('feed.whispered', { name, body })
    return [words, ...new Set(refused)]
  }
}

/** Tells each one that was not there the time before. */
function useNew<Item extends { readonly id: string }>(items: readonly Item[], tell: (item: Item) => void) {
  const known = useRef(new Set(items.map(({ id }) => id)))
  const latest = useRef(tell)
  useEffect(() => {
    latest.current = tell
  })
  useEffect(() => {
    const before = known.current
    known.current = new Set(items.map(({ id }) => id))
    for (const item of items) if (!before.has(item.id)) latest.current(item)
  }, [items])
}
