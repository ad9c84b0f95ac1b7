import * as fc from 'fast-check'
import type { Sink, Client as Socket } from 'graphql-ws'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { doubts } from './doubt'
import { pauseAfter, persist } from './persist'

const sinks: Sink[] = []
const stop = vi.fn()
const socket = {
  subscribe: (_payload, sink) => {
    sinks.push(sink as Sink)
    return stop
  },
} as Pick<Socket, 'subscribe'>
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const latest = () => sinks.at(-1)!

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  sinks.length = 0
  stop.mockClear()
})

it('begins again after an error, the end, and a close that graphql-ws takes for final, and later each time', async () => {
  const listener = vi.fn()
  persist(socket, { query: '' }, listener, pause)
  const ends = [
    () => latest().error([{ message: 'our fault' }]),
    () => latest().complete(),
    () => latest().error({ code: 1011, reason: 'Internal error' }),
  ]
  for (const [failures, end] of ends.entries()) {
    end()
    expect(sinks).toHaveLength(failures + 1)
    await vi.advanceTimersByTimeAsync(500 * 2 ** failures - 10)
    expect(sinks).toHaveLength(failures + 1)
    await vi.advanceTimersByTimeAsync(1_000 * 2 ** failures)
    expect(sinks).toHaveLength(failures + 2)
  }
  latest().next({ data: { told: 1 } })
  expect(listener).toHaveBeenCalledExactlyOnceWith({ data: { told: 1 } })
})

it('forgets its failures when a stream has lasted', async () => {
  persist(socket, { query: '' }, () => {}, pause)
  for (let times = 0; times < 8; times++) {
    latest().complete()
    await vi.advanceTimersByTimeAsync(30_000)
  }
  const before = sinks.length
  await vi.advanceTimersByTimeAsync(60_000)
  latest().complete()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(sinks).toHaveLength(before + 1)
})

it('ends when it is not wanted any more, also while it waits', async () => {
  const listener = vi.fn()
  const end = persist(socket, { query: '' }, listener, pause)
  latest().complete()
  end()
  latest().next({ data: {} })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(sinks).toHaveLength(1)
  expect(stop).toHaveBeenCalled()
  expect(listener).not.toHaveBeenCalled()
})

it('has the session looked into when it is refused as nobody', () => {
  const before = doubts.get()
  persist(socket, { query: '' }, () => {}, pause)
  latest().error([{ message: 'Log in.', extensions: { code: 'UNAUTHENTICATED' } }])
  expect(doubts.get()).toBe(before + 1)
})

it('never waits for long, and clients not all the same', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      expect(pauseAfter(failures, random)).toBeGreaterThanOrEqual(500)
      expect(pauseAfter(failures, random)).toBeLessThanOrEqual(30_000)
    }),
  )
  expect(pauseAfter(3, 0)).not.toBe(pauseAfter(3, 1))
})
