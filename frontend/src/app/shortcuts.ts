// What the keyboard does wherever one is. A component registers its keys for as long as it is there, and `?` lists them.
import { useEffect, useRef } from 'react'

import { createStore, type Store } from '../api/store'

/**
 * Names of keys as events have them, after `mod+` (Ctrl, or ⌘ on Apple's machines), `alt+` or `shift+`: `mod+k`,
 * `alt+ArrowUp`, `?`. A single key does nothing while somebody writes.
 */
export type Shortcut = {
  readonly keys: string
  /** What it does, in the reader's language. */
  readonly label: string
  /** Null: whoever registers it listens elsewhere, and wants it to be listed. */
  readonly action: ((event: KeyboardEvent) => void) | null
}

type Press = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>

const SINGLE_KEYS = 'chaikhana.single-keys'

export const shortcuts = createStore<readonly Shortcut[]>([])

/** Whoever dictates, or touches keys by accident, can do without those that are a single key. */
export const singleKeys: Store<boolean> = createStore(localStorage.getItem(SINGLE_KEYS) !== 'off')
singleKeys.subscribe(() => localStorage.setItem(SINGLE_KEYS, singleKeys.get() ? 'on' : 'off'))

addEventListener('keydown', listen)

export function useShortcut(keys: string, label: string, action: Shortcut['action']): void {
  const latest = useRef(action)
  useEffect(() => {
    latest.current = action
  })
  const isListed = action === null
  useEffect(() => {
    const mine: Shortcut = {
      keys,
      label,
      action: isListed ? null : (event) => latest.current?.(event),
    }
    shortcuts.set([...shortcuts.get(), mine])
    return () => shortcuts.set(shortcuts.get().filter((each) => each !== mine))
  }, [keys, label, isListed])
}

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isModal()) return
  // What is in front was registered last.
  const pressed = shortcuts
    .get()
    .findLast(({ keys, action }) => action && matches(event, keys) && isFree(keys, event.target))
  if (!pressed) return
  event.preventDefault()
  pressed.action?.(event)
}

export function matches(press: Press, keys: string, isApple = IS_APPLE): boolean {
  const parts = keys.split(BETWEEN)
  const key = parts.pop() ?? ''
  const mod = isApple ? press.metaKey : press.ctrlKey
  const other = isApple ? press.ctrlKey : press.metaKey
  return (
    mod === parts.includes('mod') &&
    !other &&
    press.altKey === parts.includes('alt') &&
    // Which signs need Shift depends on the keyboard.
    (press.shiftKey === parts.includes('shift') || isSign(key)) &&
    isKey(press, key)
  )
}

/** As it stands on the keys, in the order in which they are pressed. */
export function keysShown(keys: string, isApple = IS_APPLE): readonly string[] {
  return keys
    .split(BETWEEN)
    .map((key) => (isApple ? APPLE_SIGNS[key] : undefined) ?? SIGNS[key] ?? capital(key))
}

function isKey({ key, code }: Press, wanted: string): boolean {
  if (key.toLowerCase() === wanted.toLowerCase()) return true
  // On a keyboard of another script, the key in the same place.
  if (/^[a-z]$/.test(wanted)) return !/^[a-z]$/i.test(key) && code === `Key${wanted.toUpperCase()}`
  return wanted === '?' && key === '؟'
}

function isFree(keys: string, target: EventTarget | null): boolean {
  const isSingle = keys.length === 1
  return !isSingle || (singleKeys.get() && !isForWriting(target))
}

function isForWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  )
}

function isModal(): boolean {
  return document.querySelector('[aria-modal=true]') !== null
}

function isSign(key: string): boolean {
  return key.length === 1 && !/[a-z0-9]/i.test(key)
}

function capital(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key
}

/** The sign between keys; one at the end is a key itself. */
const BETWEEN = /\+(?=.)/
const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent)
const APPLE_SIGNS: Record<string, string> = { mod: '⌘', alt: '⌥', shift: '⇧' }
const SIGNS: Record<string, string> = {
  mod: 'Ctrl',
  alt: 'Alt',
  shift: 'Shift',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
}
