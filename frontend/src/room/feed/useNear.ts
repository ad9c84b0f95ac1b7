// Whether one points at a line, or has the focus in it: then it shows what can be done to it.
import { type FocusEvent, type PointerEvent, useState } from 'react'

export function useNear() {
  const [isNear, setNear] = useState(false)
  const events = {
    onPointerEnter: ({ pointerType }: PointerEvent) => pointerType === 'mouse' && setNear(true),
    onPointerLeave: () => setNear(false),
    onFocus: () => setNear(true),
    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) =>
      currentTarget.contains(relatedTarget) || setNear(false),
  }
  return [isNear, events] as const
}
