import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { ANSWER_MS, fetchInTime } from './fetchInTime'

const given = vi.fn<typeof fetch>(
  (_, init) => new Promise((_, reject) => init!.signal!.addEventListener('abort', () => reject(new Error()))),
)

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', given)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('a question that nobody answers ends, after a while', async () => {
  const failed = vi.fn()
  fetchInTime('/graphql', { method: 'POST' }).catch(failed)
  expect(given).toHaveBeenLastCalledWith('/graphql', expect.objectContaining({ method: 'POST' }))
  await vi.advanceTimersByTimeAsync(ANSWER_MS - 1)
  expect(failed).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(failed).toHaveBeenCalledOnce()
})

test('whoever does not want the answer any more ends it at once', async () => {
  const asker = new AbortController()
  const asked = fetchInTime('/graphql', { signal: asker.signal })
  asker.abort()
  await expect(asked).rejects.toThrow()
})
