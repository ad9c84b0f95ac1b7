// Tells the server how far one has read: soon after it was seen, and not more often than is of use to anybody.
import { useEffect, useRef } from 'react'

import { act } from '../../api/act'
import { MarkReadDocument } from '../../api/generated'

const SOON_MS = 400
const APART_MS = 2_500

/** `seen` is the last message in sight, null while none is; `known` is what the server knew to begin with. */
export function useMarkRead(seen: string | null, known: string | null): void {
  const marked = useRef({ message: known, at: 0 })
  const latest = useRef(seen)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    latest.current = seen
    if (seen === null || seen === marked.current.message || timer.current) return
    const wait = Math.max(SOON_MS, marked.current.at + APART_MS - Date.now())
    timer.current = setTimeout(async () => {
      timer.current = undefined
      const message = latest.current
      if (message === null) return
      marked.current = { message, at: Date.now() }
      const { problem } = await act(MarkReadDocument, { input: { message } })
      // It is tried again with the next message, or when one comes back here.
      if (problem) marked.current = { ...marked.current, message: null }
    }, wait)
  }, [seen])
  useEffect(() => () => clearTimeout(timer.current), [])
}
