// What is said of a button to whoever rests the mouse on it: it has it as `data-tip`. A screen reader has the same
// words as its name, so they are for the eye alone. One for all of the page, which costs what is not pointed at nothing.
import { type CSSProperties, useEffect, useState } from 'react'

import classes from './Tips.module.css'

type Tip = { readonly text: string; readonly of: DOMRect }

const PAUSE_MS = 400
/** Pixels between it and the edge of the page. */
const MARGIN = 8
const ROOM_ABOVE = 48

export function Tips() {
  const [tip, setTip] = useState<Tip | null>(null)

  useEffect(() => {
    let pause: ReturnType<typeof setTimeout> | undefined
    let over: Element | null = null
    const hide = () => {
      clearTimeout(pause)
      setTip(null)
    }
    const point = ({ target, pointerType }: PointerEvent) => {
      const found = target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null
      if (found === over) return
      over = found
      hide()
      if (!found || pointerType === 'touch') return
      pause = setTimeout(() => {
        const text = found.dataset.tip
        if (text && found.isConnected) setTip({ text, of: found.getBoundingClientRect() })
      }, PAUSE_MS)
    }
    const dismissals = ['pointerdown', 'keydown', 'wheel', 'scroll', 'blur'] as const
    addEventListener('pointerover', point)
    for (const type of dismissals) addEventListener(type, hide, { capture: true, passive: true })
    return () => {
      clearTimeout(pause)
      removeEventListener('pointerover', point)
      for (const type of dismissals) removeEventListener(type, hide, { capture: true })
    }
  }, [])

  if (!tip) return null
  const { of, text } = tip
  const isAbove = of.top > ROOM_ABOVE
  const place = { '--middle': `${of.left + of.width / 2}px`, '--edge': `${isAbove ? of.top : of.bottom}px` }
  return (
    <div
      ref={keepInside}
      className={classes.tip}
      style={place as CSSProperties}
      data-above={isAbove || undefined}
      dir="auto"
      aria-hidden
    >
      {text}
    </div>
  )
}

/** At the edge of the page it is not above the middle of what it is about. */
function keepInside(tip: HTMLElement | null): void {
  if (!tip) return
  const { left, right } = tip.getBoundingClientRect()
  const shift = Math.max(0, MARGIN - left) - Math.max(0, right - (innerWidth - MARGIN))
  tip.style.setProperty('--shift', `${shift}px`)
}
