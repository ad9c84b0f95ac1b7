// The popover of an `EmojiButton`.
import { Popover } from '@mantine/core'
import type { ReactNode } from 'react'

import { EmojiPicker } from '../feed/EmojiPicker'

type Props = {
  button: ReactNode
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
  onPick: (emoji: string) => void
}

export function EmojiPopover({ button, isOpen, onOpen, onPick }: Props) {
  return (
    <Popover opened={isOpen} onChange={onOpen} position="top-end" trapFocus shadow="md">
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown p={6}>
        <EmojiPicker onPick={onPick} />
      </Popover.Dropdown>
    </Popover>
  )
}
