// The menu of a `LazyMenu`. It opens as soon as it is here, because that is what it was loaded for.
import { Menu, type MenuProps } from '@mantine/core'
import { cloneElement, type ReactElement, type ReactNode, type Ref, useEffect, useRef, useState } from 'react'

import type { MenuButton } from './LazyMenu'

type Props = Pick<MenuProps, 'position' | 'width'> & {
  button: MenuButton
  className?: string | undefined
  children: ReactNode
}

export function OpenedMenu({ button, className, children, ...rest }: Props) {
  const target = useRef<HTMLButtonElement>(null)
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    // It took the place of the button that had the focus, and gives it back when it closes.
    target.current?.focus({ preventScroll: true })
    setOpen(true)
  }, [])
  return (
    <Menu opened={isOpen} onChange={setOpen} shadow="md" withinPortal={false} returnFocus {...rest}>
      <Menu.Target>
        {cloneElement(button as ReactElement<{ ref?: Ref<HTMLButtonElement> }>, { ref: target })}
      </Menu.Target>
      <Menu.Dropdown className={className}>{children}</Menu.Dropdown>
    </Menu>
  )
}
