// An emoji into the text, for whoever has no keyboard with them.
import { Popover } from '@mantine/core'
import { IconMoodSmile } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../design/IconButton'
import { EmojiPicker } from '../feed/EmojiPicker'
import classes from './Composer.module.css'

type Props = {
  onPick: (emoji: string) => void
  onClose: () => void
}

export function EmojiButton({ onPick, onClose }: Props) {
  const { t } = useTranslation('room')
  const [isOpen, setOpen] = useState(false)

  function open(wanted: boolean) {
    setOpen(wanted)
    if (!wanted) onClose()
  }

  return (
    <Popover opened={isOpen} onChange={open} position="top-end" trapFocus shadow="md">
      <Popover.Target>
        <IconButton
          className={classes.emoji}
          label={t('composer.emoji')}
          size={40}
          aria-expanded={isOpen}
          onClick={() => open(!isOpen)}
        >
          <IconMoodSmile size={20} aria-hidden />
        </IconButton>
      </Popover.Target>
      <Popover.Dropdown p={6}>
        <EmojiPicker
          onPick={(emoji) => {
            onPick(emoji)
            open(false)
          }}
        />
      </Popover.Dropdown>
    </Popover>
  )
}
