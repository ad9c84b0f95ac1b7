// A small choice of emoji, at hand without asking anybody for their names: screen readers know those themselves.
import { UnstyledButton } from '@mantine/core'
import { type KeyboardEvent, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import classes from './EmojiPicker.module.css'

export const QUICK = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const

const FACES =
  '😀 😄 😁 😅 🤣 😊 😇 🙂 😉 😍 😘 😋 😜 🤪 🤗 🤔 🤫 😐 😏 🙄 😬 😴 🤒 🤯 🥳 😎 🤓 😕 😟 😳 🥺 😨 😭 😤 😡 🤬 👻 🤖'
const HANDS = '👋 👌 🤌 ✌️ 🤞 🤟 👈 👉 👆 👇 👎 ✊ 👏 🙌 🤝 💪 ✍️ 👀 🧠 🫶'
const HEARTS = '🧡 💛 💚 💙 💜 🖤 💔 💯 💥 ✨ ⭐ 🔥 🌈 ☀️ 🌙 ❄️'
const THINGS =
  '☕ 🍵 🫖 🍰 🎂 🍎 🍇 🍷 🍻 🍕 🌹 🌸 🍀 🐱 🐶 🦁 🐢 🎉 🎁 🎵 ⚽ 🏆 🚀 ✈️ 🏠 💡 📌 📎 ✅ ❌ ❓ ❗ ⏰ 💰 🐛 🔧'
const COLUMNS = 8

const ALL = [...QUICK, ...[FACES, HANDS, HEARTS, THINGS].flatMap((group) => group.split(' '))]

export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const { t } = useTranslation('room')
  const grid = useRef<HTMLFieldSetElement>(null)

  function move(event: KeyboardEvent) {
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])]
    const at = buttons.findIndex((button) => button.matches(':focus'))
    const forward = getComputedStyle(event.currentTarget).direction === 'rtl' ? -1 : 1
    const steps: Record<string, number> = {
      ArrowRight: forward,
      ArrowLeft: -forward,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    buttons[at + step]?.focus()
  }

  return (
    <fieldset ref={grid} className={classes.grid} aria-label={t('reactions.choose')} onKeyDown={move}>
      {ALL.map((emoji, index) => (
        <UnstyledButton
          key={emoji}
          className={classes.emoji}
          tabIndex={index ? -1 : 0}
          data-autofocus={index === 0 || undefined}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </UnstyledButton>
      ))}
    </fieldset>
  )
}
