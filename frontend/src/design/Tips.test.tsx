// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { Tips } from './Tips'

beforeEach(() => {
  vi.useFakeTimers()
  render(
    <>
      <button type="button" data-tip="Search" aria-label="Search">
        <svg aria-hidden />
      </button>
      <Tips />
    </>,
  )
})
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

const tip = () => screen.queryByText('Search')
const rest = (ms = 500) => act(() => vi.advanceTimersByTimeAsync(ms))
const point = (pointerType = 'mouse') =>
  fireEvent.pointerOver(screen.getByRole('button').firstElementChild!, { pointerType, bubbles: true })

it('says what a button does to a mouse that rests on it, until it goes on', async () => {
  point()
  await rest(100)
  expect(tip()).toBe(null)
  await rest()
  expect(tip()).not.toBe(null)
  fireEvent.pointerOver(document.body, { pointerType: 'mouse' })
  expect(tip()).toBe(null)
})

it('goes away with a key, a press, or a turn of the wheel', async () => {
  for (const leave of [fireEvent.keyDown, fireEvent.pointerDown, fireEvent.wheel]) {
    point()
    await rest()
    expect(tip()).not.toBe(null)
    leave(document.body, { key: 'Escape' })
    expect(tip()).toBe(null)
    fireEvent.pointerOver(document.body)
  }
})

it('says nothing to a finger, nor twice to a screen reader', async () => {
  point('touch')
  await rest()
  expect(tip()).toBe(null)
  fireEvent.pointerOver(document.body)
  point()
  await rest()
  expect(tip()?.getAttribute('aria-hidden')).toBe('true')
})
