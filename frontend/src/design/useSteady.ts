// A list that sorts itself does not do so under somebody's finger: it keeps its order while it is pointed at.
import { useState } from 'react'

type Hold = { readonly pointer: boolean; readonly focus: boolean; readonly order: readonly string[] }

const FREE: Hold = { pointer: false, focus: false, order: [] }

/** The items in the order they had when somebody pointed at the list, or came into it; new ones come last. */
export function useSteady<Item extends { readonly id: string }>(items: readonly Item[]) {
  const [hold, setHold] = useState(FREE)
  const isHeld = hold.pointer || hold.focus
  const shown = isHeld ? inOrder(items, hold.order) : items

  function by(reason: 'pointer' | 'focus', isSo: boolean) {
    const order = shown.map(({ id }) => id)
    return () => setHold((now) => ({ ...now, [reason]: isSo, order: isHeld ? now.order : order }))
  }

  const props = {
    onPointerEnter: by('pointer', true),
    onPointerLeave: by('pointer', false),
    onFocus: by('focus', true),
    onBlur: by('focus', false),
  }
  return [shown, props] as const
}

export function inOrder<Item extends { readonly id: string }>(
  items: readonly Item[],
  order: readonly string[],
): readonly Item[] {
  const places = new Map(order.map((id, place) => [id, place]))
  const placeOf = ({ id }: Item) => places.get(id) ?? order.length
  return items.toSorted((a, b) => placeOf(a) - placeOf(b))
}
