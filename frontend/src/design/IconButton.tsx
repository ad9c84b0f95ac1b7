// A button that is only a picture: what it does is said to whoever points at it, and to a screen reader.
import { ActionIcon, type ActionIconProps, Tooltip } from '@mantine/core'
import type { ComponentProps, ReactNode } from 'react'

type Props = Omit<ActionIconProps, 'aria-label'> &
  Omit<ComponentProps<'button'>, keyof ActionIconProps | 'aria-label'> & {
    label: string
    children: ReactNode
  }

export function IconButton({ label, children, ...rest }: Props) {
  return (
    <Tooltip label={label} openDelay={400} events={{ hover: true, focus: false, touch: false }}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} {...rest}>
        {children}
      </ActionIcon>
    </Tooltip>
  )
}
