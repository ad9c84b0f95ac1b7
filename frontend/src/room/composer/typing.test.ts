import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { AGAIN_MS, Typing } from './typing'

const tell = vi.fn()
let typing: Typing

beforeEach(() => {
  vi.useFakeTimers()
  tell.mockReset()
  typing = new Typing(tell)
})

afterEach(() => {
  vi.useRealTimers()
})

test('ten keys a second are told every few seconds', () => {
  for (let time = 0; time < 3 * AGAIN_MS; time += 100) {
    typing.typed()
    vi.advanceTimersByTime(100)
  }
  expect(tell.mock.calls).toEqual([[true], [true], [true]])
})

test('stopping is told once, and typing again at once', () => {
  typing.stopped()
  typing.typed()
  typing.stopped()
  typing.stopped()
  typing.typed()
  expect(tell.mock.calls).toEqual([[true], [false], [true]])
})

test('a message says itself that one has stopped', () => {
  typing.typed()
  typing.sent()
  typing.stopped()
  expect(tell.mock.calls).toEqual([[true]])
})
