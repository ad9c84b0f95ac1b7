// An emoji into the text, for whoever has no keyboard with them. What opens is loaded when it is wanted.
import { IconMoodSmile } from '@tabler/icons-react'
import { Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../design/IconButton'
import { later } from '../../design/later'
import classes from './Composer.module.css'

const EmojiPopover = later(async () => (await import('./EmojiPopover')).EmojiPopover)

type Props = {
  onPick: (emoji: string) => void
  onClose: () => void
}

export function EmojiButton({ onPick, onClose }: Props) {
  const { t } = useTranslation('room')
  const [state, setState] = useState<'unknown' | 'open' | 'closed'>('unknown')
  const isOpen = state === 'open'

  function open(wanted: boolean) {
    setState(wanted ? 'open' : 'closed')
    if (!wanted) onClose()
  }

  const button = (
    <IconButton
      className={classes.emoji}
      label={t('composer.emoji')}
      size={40}
      aria-expanded={isOpen}
      onClick={() => open(!isOpen)}
    >
      <IconMoodSmile size={20} aria-hidden />
    </IconButton>
  )
  if (state === 'unknown') return button
  return (
    <Suspense fallback={button}>
      <EmojiPopover
        button={button}
        isOpen={isOpen}
        onOpen={open}
        onPick={(emoji) => {
          onPick(emoji)
          open(false)
        }}
      />
    </Suspense>
  )
}
