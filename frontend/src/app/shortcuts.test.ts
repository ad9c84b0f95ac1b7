// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { keysShown, matches, shortcuts, singleKeys, useShortcut } from './shortcuts'

afterEach(() => {
  cleanup()
  singleKeys.set(true)
  document.body.replaceChildren()
})

function press(key: string, init: KeyboardEventInit = {}, on: EventTarget = document.body) {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
  on.dispatchEvent(event)
  return event
}

function added<Name extends keyof HTMLElementTagNameMap>(name: Name) {
  const element = document.createElement(name)
  document.body.append(element)
  return element
}

describe('a shortcut', () => {
  it('does what it does, instead of what the browser would', () => {
    const find = vi.fn()
    renderHook(() => useShortcut('mod+k', 'Find', find))
    expect(press('k', { ctrlKey: true }).defaultPrevented).toBe(true)
    expect(press('k').defaultPrevented).toBe(false)
    expect(find).toHaveBeenCalledOnce()
  })

  it('is known for as long as its component is there', () => {
    const { unmount } = renderHook(() => useShortcut('?', 'Keys', () => {}))
    expect(shortcuts.get()).toMatchObject([{ keys: '?', label: 'Keys' }])
    unmount()
    expect(shortcuts.get()).toEqual([])
  })

  it('does what its component would do now', () => {
    const calls: number[] = []
    const { rerender } = renderHook(({ value }) => useShortcut('?', 'Keys', () => calls.push(value)), {
      initialProps: { value: 1 },
    })
    rerender({ value: 2 })
    press('?')
    expect(calls).toEqual([2])
  })

  it('of a single key is a letter while somebody writes', () => {
    const help = vi.fn()
    renderHook(() => useShortcut('?', 'Keys', help))
    press('?', {}, added('textarea'))
    press('?', {}, added('input'))
    expect(help).not.toHaveBeenCalled()
    press('?', {}, added('button'))
    expect(help).toHaveBeenCalledOnce()
  })

  it('of a single key can be done without, others cannot be hit by accident', () => {
    const help = vi.fn()
    const find = vi.fn()
    renderHook(() => useShortcut('?', 'Keys', help))
    renderHook(() => useShortcut('mod+k', 'Find', find))
    singleKeys.set(false)
    press('?')
    press('k', { ctrlKey: true }, added('textarea'))
    expect(help).not.toHaveBeenCalled()
    expect(find).toHaveBeenCalledOnce()
  })

  it('waits while a dialog is open, and while a word is composed', () => {
    const help = vi.fn()
    renderHook(() => useShortcut('?', 'Keys', help))
    press('?', { isComposing: true })
    added('div').setAttribute('aria-modal', 'true')
    press('?')
    expect(help).not.toHaveBeenCalled()
  })

  it('that was registered last is in front', () => {
    const below = vi.fn()
    const above = vi.fn()
    renderHook(() => useShortcut('mod+k', 'Find', below))
    renderHook(() => useShortcut('mod+k', 'Find here', above))
    press('k', { ctrlKey: true })
    expect(above).toHaveBeenCalledOnce()
    expect(below).not.toHaveBeenCalled()
  })

  it('may be listed only', () => {
    renderHook(() => useShortcut('r', 'Reply', null))
    expect(press('r').defaultPrevented).toBe(false)
    expect(shortcuts.get()).toMatchObject([{ keys: 'r', action: null }])
  })
})

describe('keys', () => {
  const none = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }

  it('are the same on a keyboard of another script', () => {
    expect(matches({ ...none, key: 'л', code: 'KeyK', ctrlKey: true }, 'mod+k', false)).toBe(true)
    expect(matches({ ...none, key: '؟', code: 'Slash', shiftKey: true }, '?', false)).toBe(true)
  })

  it('are told by what is on them where letters stand elsewhere', () => {
    expect(matches({ ...none, key: 'k', code: 'KeyV', ctrlKey: true }, 'mod+k', false)).toBe(true)
    expect(matches({ ...none, key: 't', code: 'KeyK', ctrlKey: true }, 'mod+k', false)).toBe(false)
  })

  it('need all that is pressed with them, and nothing else', () => {
    expect(matches({ ...none, key: 'ArrowUp', altKey: true }, 'alt+ArrowUp', false)).toBe(true)
    expect(matches({ ...none, key: 'ArrowUp', altKey: true, shiftKey: true }, 'alt+ArrowUp', false)).toBe(
      false,
    )
    expect(matches({ ...none, key: 'ArrowUp' }, 'alt+ArrowUp', false)).toBe(false)
    expect(matches({ ...none, key: 'k', metaKey: true }, 'mod+k', false)).toBe(false)
    expect(matches({ ...none, key: 'k', metaKey: true }, 'mod+k', true)).toBe(true)
  })

  it('are shown as they are called on the machine', () => {
    expect(keysShown('mod+k', false)).toEqual(['Ctrl', 'K'])
    expect(keysShown('+', false)).toEqual(['+'])
    expect(keysShown('mod+k', true)).toEqual(['⌘', 'K'])
    expect(keysShown('alt+ArrowUp', false)).toEqual(['Alt', '↑'])
  })
})
