// Where in a room one wants to be: it is begun there, and led to another place when that is wished for.
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { tell } from '../design/notices'
import type { Opened, RoomFeed } from './RoomFeed'

/**
 * Where the feed is to go; another object is another wish, also for the same message. What was found is brought to the
 * middle and lights up; what is to be changed is only brought into sight.
 */
export type Goal = { readonly message: string; readonly isFound: boolean }

/** `message` is what the address names, if it does; else it begins at `readUpTo`, or at the last ones. */
export function useGoal(feed: RoomFeed, message: string | null, readUpTo: string | null) {
  const { t } = useTranslation('room')
  const [goal, setGoal] = useState<Goal | null>(null)

  const words = { missing: t('feed.notFound'), unreachable: t('api:unreachable') }
  const latest = useRef(words)
  useEffect(() => {
    latest.current = words
  })
  const explain = useCallback((opened: Opened) => {
    if (opened === 'missing' || opened === 'unreachable') tell(latest.current[opened])
  }, [])

  const begunAt = useRef(message)
  const start = useRef(readUpTo)
  /** At the first wish for as long as nothing was here yet; whoever has been here begins again at the last messages. */
  const begin = useCallback(async () => {
    const isFirst = feed.state.get() === null
    const wanted = isFirst ? begunAt.current : null
    setGoal(wanted ? found(wanted) : null)
    const opened = await feed.open(wanted ?? (isFirst ? start.current : null) ?? undefined)
    if (!wanted) return
    // What is not there is not waited for among what comes.
    if (opened === 'missing') setGoal((now) => (now?.message === wanted ? null : now))
    // Where there is nothing at all, the screen says so.
    if (feed.status.get() === 'live') explain(opened)
  }, [feed, explain])
  useEffect(() => {
    void begin()
    return () => feed.close()
  }, [feed, begin])

  const jump = useCallback(
    async (to: string) => {
      // A message that is not here yet is opened with what stands around it.
      const isHere = feed.state.get()?.entries.some((entry) => entry.kind === 'message' && entry.id === to)
      const opened = isHere ? 'there' : await feed.open(to)
      explain(opened)
      if (opened === 'there') setGoal(found(to))
    },
    [feed, explain],
  )
  useEffect(() => {
    if (message === begunAt.current) return
    begunAt.current = message
    if (message) void jump(message)
  }, [message, jump])

  /** To the last messages, if one may get there. */
  const toPresent = useCallback(async () => {
    const opened = await feed.open()
    explain(opened)
    return opened === 'there'
  }, [feed, explain])

  return { goal, setGoal, begin, jump, toPresent }
}

function found(message: string): Goal {
  return { message, isFound: true }
}
