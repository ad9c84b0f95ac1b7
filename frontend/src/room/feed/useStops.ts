// The lines that can have the focus: one of them is reached by Tab, and from there the arrow keys lead to the others.
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { VirtualizerHandle } from 'virtua'

import type { Row } from './rows'

const STOPS: ReadonlySet<Row['kind']> = new Set(['message', 'whisper', 'pending'])

/** Each of these lines has its key as `data-row`, and `tabIndex` 0 if it is the `stop`. */
export function useStops(
  rows: readonly Row[],
  section: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
) {
  const stops = useMemo(() => rows.flatMap(({ kind, key }) => (STOPS.has(kind) ? [key] : [])), [rows])
  const [chosen, choose] = useState<string | null>(null)
  const place = chosen === null ? -1 : stops.indexOf(chosen)
  const stop = stops.at(place) ?? null

  /** Whether there is such a line. */
  const go = useCallback(
    (key: string, align: 'center' | 'nearest') => {
      const index = rows.findIndex((row) => row.key === key)
      if (index < 0) return false
      list.current?.scrollToIndex(index, { align })
      choose(key)
      focusSoon(section.current, key)
      return true
    },
    [rows, section, list],
  )

  // What was sent, or thrown away, goes with the focus that it had: it comes to what stands there now.
  const hasFocus = useRef(false)
  const lastPlace = useRef(place)
  useLayoutEffect(() => {
    if (place >= 0) lastPlace.current = place
    else if (chosen !== null) {
      const heir = hasFocus.current ? stops[Math.min(lastPlace.current, stops.length - 1)] : undefined
      choose(heir ?? null)
      if (heir !== undefined && document.activeElement === document.body) focusSoon(section.current, heir)
    }
  }, [place, chosen, stops, section])

  function onKeyDown(event: KeyboardEvent) {
    const { target } = event
    const at = target instanceof HTMLElement ? target.dataset.row : undefined
    if (at === undefined) return
    const index = stops.indexOf(at)
    const next = {
      ArrowUp: stops[index - 1],
      ArrowDown: stops[index + 1],
      Home: stops[0],
      End: stops.at(-1),
    }[event.key]
    if (next === undefined) return
    event.preventDefault()
    go(next, 'nearest')
  }

  function onFocus({ target }: FocusEvent<HTMLElement>) {
    hasFocus.current = true
    const row = target.closest<HTMLElement>('[data-row]')
    if (row?.dataset.row !== undefined) choose(row.dataset.row)
  }

  function onBlur({ currentTarget, relatedTarget }: FocusEvent) {
    hasFocus.current = currentTarget.contains(relatedTarget)
  }

  return { stop, go, events: { onKeyDown, onFocus, onBlur } }
}

/** What has just come into the list cannot have the focus before it was measured, a frame or two later. */
function focusSoon(section: HTMLElement | null, key: string, frames = 10) {
  const row = section?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)
  // Who is about to edit it is in its box.
  const target = row?.querySelector('textarea') ?? row
  target?.focus({ preventScroll: true })
  if (frames && (!target || document.activeElement !== target))
    requestAnimationFrame(() => focusSoon(section, key, frames - 1))
}
