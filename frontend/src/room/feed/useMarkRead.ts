// Tells the server how far one has read: soon after it was seen, at once when one goes, and not more often than is of
// use to anybody.
import { useCallback, useEffect, useRef } from 'react'

import { act } from '../../api/act'
import { outlasting } from '../../api/client'
import { MarkReadDocument } from '../../api/generated'

const SOON_MS = 400
const APART_MS = 2_500

/** `seen` is the last message in sight, null while none is; `known` is what the server knew to begin with. */
export function useMarkRead(seen: string | null, known: string | null): void {
  const marked = useRef({ message: known, at: 0 })
  /** Seen, also if one looks elsewhere by now, and not told yet. */
  const due = useRef<string | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const mark = useCallback(async () => {
    clearTimeout(timer.current)
    timer.current = undefined
    const message = due.current
    if (message === null) return
    due.current = null
    marked.current = { message, at: Date.now() }
    const { problem } = await act(MarkReadDocument, { input: { message } }, outlasting)
    // It is tried again with the next message, or when one comes back here.
    if (problem) marked.current = { ...marked.current, message: null }
  }, [])

  useEffect(() => {
    if (seen === null || seen === marked.current.message) return
    due.current = seen
    const wait = Math.max(SOON_MS, marked.current.at + APART_MS - Date.now())
    timer.current ??= setTimeout(mark, wait)
  }, [seen, mark])

  // A page that is hidden may be ended without another word.
  useEffect(() => {
    addEventListener('pagehide', mark)
    document.addEventListener('visibilitychange', mark)
    return () => {
      removeEventListener('pagehide', mark)
      document.removeEventListener('visibilitychange', mark)
      void mark()
    }
  }, [mark])
}
