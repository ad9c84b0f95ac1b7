// What single keys do to the line that has the focus.
import type { KeyboardEvent } from 'react'

import { matches } from '../../app/shortcuts'

/** By key, as shortcuts are written; false where it can not be done now. */
export type RowKeys = Readonly<Record<string, (() => void) | false>>

/** Keys pressed inside the line, in a box or on a button, are theirs. */
export function pressed(event: KeyboardEvent, keys: RowKeys): void {
  if (event.target !== event.currentTarget) return
  const [, act] = Object.entries(keys).find(([key]) => matches(event, key)) ?? []
  if (!act) return
  event.preventDefault()
  act()
}
