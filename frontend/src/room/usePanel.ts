// What stands beside the room. Whoever closes it is where they were when they opened it.
import { useCallback, useRef, useState } from 'react'

import type { Panel } from './RoomHeader'

export function usePanel() {
  const [panel, show] = useState<Panel | null>(null)
  const opener = useRef<Element | null>(null)
  const setPanel = useCallback((next: Panel | null) => {
    // Whoever goes from one panel to another may come from what goes with the first.
    if (next) opener.current ??= document.activeElement
    else {
      if (opener.current instanceof HTMLElement) opener.current.focus()
      opener.current = null
    }
    show(next)
  }, [])
  return { panel, setPanel }
}
