// A button that is only a picture: what it does is said to whoever points at it, and to a screen reader.
import { ActionIcon, type ActionIconProps } from '@mantine/core'
import type { ComponentProps, ReactNode } from 'react'

type Props = Omit<ActionIconProps, 'aria-label'> &
  Omit<ComponentProps<'button'>, keyof ActionIconProps | 'aria-label'> & {
    label: string
    children: ReactNode
  }

export function IconButton({ label, children, ...rest }: Props) {
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} data-tip={label} {...rest}>
      {children}
    </ActionIcon>
  )
}
