import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { fetchTelling, SILENCE_MS } from './fetchTelling'

/** One that goes on when it is told to, and is never answered. */
class Request {
  static last: Request
  readonly upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {}
  onabort?: () => void
  onloadend?: () => void
  open = vi.fn()
  send = vi.fn()

  constructor() {
    Request.last = this
  }

  abort(): void {
    this.onabort?.()
    this.onloadend?.()
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('XMLHttpRequest', Request)
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('what takes long is waited for while it goes on, and given up when it does not', async () => {
  const [told, failed] = [vi.fn(), vi.fn()]
  fetchTelling(told, new AbortController())('/graphql', { method: 'POST' }).catch(failed)
  for (const loaded of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1)
    Request.last.upload.onprogress!({ loaded, total: 4 })
  }
  expect(told.mock.calls).toEqual([[0.25], [0.5], [0.75]])
  await vi.advanceTimersByTimeAsync(SILENCE_MS - 1)
  expect(failed).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(failed).toHaveBeenCalledOnce()
})

test('whoever aborts is answered as if nobody could be reached, and nothing is waited for any more', async () => {
  const cancel = new AbortController()
  const sent = fetchTelling(() => {}, cancel)('/graphql', { method: 'POST' })
  cancel.abort()
  await expect(sent).rejects.toThrow(TypeError)
  expect(vi.getTimerCount()).toBe(0)
})
