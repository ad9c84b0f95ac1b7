// A transcript shows the newest results, and not too often.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { KEPT, REDRAW_MS, Transcript } from './transcript'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a burst is drawn once, and only its end is kept', () => {
  const show = vi.fn()
  const transcript = new Transcript(show)
  for (let n = 1; n <= 1000; n += 1) transcript.add(n)
  expect(show).not.toHaveBeenCalled()

  vi.advanceTimersByTime(REDRAW_MS)
  const newestFirst = Array.from({ length: KEPT }, (_, index) => 1000 - index)
  expect(show.mock.calls).toEqual([[{ received: 1000, newestFirst }]])
})

test('the end is drawn at once, with what was still waiting', () => {
  const show = vi.fn()
  const transcript = new Transcript(show)
  transcript.add('last words')
  transcript.end('Complete.')
  vi.runAllTimers()
  expect(show.mock.calls).toEqual([[{ ended: 'Complete.', received: 1, newestFirst: ['last words'] }]])
})

test('an abandoned transcript shows nothing more', () => {
  const show = vi.fn()
  const transcript = new Transcript(show)
  transcript.add(1)
  transcript.abandon()
  vi.runAllTimers()
  expect(show).not.toHaveBeenCalled()
})
