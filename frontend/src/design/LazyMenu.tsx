// A button with a menu whose code is only loaded when somebody opens it: it is more than all of the first screen.
import { cloneElement, type ReactElement, type ReactNode, Suspense, useState } from 'react'

export type MenuButton = ReactElement<{
  onClick?: () => void
  'aria-haspopup'?: 'menu'
  'aria-expanded'?: boolean
}>

type Props = {
  button: MenuButton
  /** What is loaded: an `OpenedMenu` around the button. */
  children: (button: MenuButton) => ReactNode
}

export function LazyMenu({ button, children }: Props) {
  const [isWanted, setWanted] = useState(false)
  const closed = { 'aria-haspopup': 'menu', 'aria-expanded': false } as const
  if (!isWanted) return cloneElement(button, { ...closed, onClick: () => setWanted(true) })
  return <Suspense fallback={cloneElement(button, closed)}>{children(button)}</Suspense>
}
