// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest'

import { act } from '../../api/act'
import type { fetchTelling } from '../../api/fetchTelling'
import { FILE_MAX_BYTES, FILES_MAX, isBusy, STILL_MS, Tray } from './Tray'

vi.mock('../../api/act', async (original) => ({ ...(await original<object>()), act: vi.fn() }))
vi.mock('../../api/fetchTelling', () => ({
  fetchTelling: (...[onSent, cancel]: Parameters<typeof fetchTelling>) => ({ onSent, cancel }),
}))
type Sending = { fetch: { onSent: (share: number) => void; cancel: AbortController } }
const answer = act as unknown as Mock<
  (document: unknown, variables: { input: { file: File } }, by: Sending) => Promise<unknown>
>

beforeEach(() => {
  answer.mockReset().mockImplementation(async (_, { input }) => accepted(input.file.name))
})

afterEach(() => {
  vi.useRealTimers()
})

test('files are uploaded one after the other, and taken in the order in which they were chosen', async () => {
  let under = 0
  answer.mockImplementation(async (_, { input }) => {
    expect(++under).toBe(1)
    await Promise.resolve()
    under--
    return accepted(input.file.name)
  })
  const tray = new Tray('tea')
  tray.add([file('one.txt'), file('two.txt')])
  tray.add([file('three.txt')])
  expect(isBusy(tray.uploads.get())).toBe(true)
  await vi.waitFor(() => expect(isBusy(tray.uploads.get())).toBe(false))
  expect(tray.ready.map(({ name }) => name)).toEqual(['one.txt', 'two.txt', 'three.txt'])
})

test('one that is refused says why, and does not go', async () => {
  const detail = 'Of this kind none are taken.'
  answer.mockResolvedValueOnce({
    problem: {
      code: 'INVALID',
      detail: 'Look again.',
      fields: [{ path: ['file'], code: 'UNSUPPORTED', detail }],
    },
  })
  const tray = new Tray('tea')
  tray.add([file('run.exe'), file('menu.txt')])
  await vi.waitFor(() => expect(isBusy(tray.uploads.get())).toBe(false))
  expect(tray.uploads.get()[0]).toMatchObject({ state: 'refused', detail, mayRetry: false })
  expect(tray.ready.map(({ name }) => name)).toEqual(['menu.txt'])
})

test('one that did not get through can be tried again', async () => {
  answer.mockResolvedValueOnce({ problem: { code: 'UNREACHABLE', detail: 'No answer.' } })
  const tray = new Tray('tea')
  tray.add([file('menu.txt')])
  await vi.waitFor(() => expect(tray.uploads.get()[0]).toMatchObject({ state: 'refused', mayRetry: true }))
  tray.retry(tray.uploads.get()[0]!.id)
  await vi.waitFor(() => expect(tray.uploads.get()[0]?.state).toBe('done'))
})

test('too often is waited for', async () => {
  vi.useFakeTimers()
  answer.mockResolvedValueOnce({ problem: { code: 'RATE_LIMITED', detail: 'Wait.', retryAfterMs: 900 } })
  const tray = new Tray('tea')
  tray.add([file('menu.txt')])
  await vi.advanceTimersByTimeAsync(899)
  expect(isBusy(tray.uploads.get())).toBe(true)
  await vi.advanceTimersByTimeAsync(1)
  expect(tray.uploads.get()[0]?.state).toBe('done')
})

test('what is too big is not even begun, and no more than ten are taken', async () => {
  const tray = new Tray('tea')
  const big = file('film.mp4')
  Object.defineProperty(big, 'size', { value: FILE_MAX_BYTES + 1 })
  expect(tray.add([big])).toBe(true)
  expect(tray.uploads.get()[0]?.state).toBe('refused')
  expect(answer).not.toHaveBeenCalled()
  expect(tray.add(Array.from({ length: FILES_MAX }, () => file('menu.txt')))).toBe(false)
  expect(tray.uploads.get()).toHaveLength(FILES_MAX)
})

test('how far one is can be seen while it is uploaded', async () => {
  let end = () => {}
  answer.mockImplementation((_, { input }) => {
    return new Promise((resolve) => (end = () => resolve(accepted(input.file.name))))
  })
  const tray = new Tray('tea')
  tray.add([file('menu.txt')])
  expect(tray.uploads.get()[0]).toMatchObject({ state: 'uploading', share: 0 })
  answer.mock.calls[0]![2].fetch.onSent(0.4)
  expect(tray.uploads.get()[0]).toMatchObject({ state: 'uploading', share: 0.4 })
  end()
  await vi.waitFor(() => expect(tray.uploads.get()[0]?.state).toBe('done'))
})

test('one that is taken out while it is uploaded is sent no further, does not come back, and the next begins', async () => {
  answer.mockImplementationOnce((_, __, { fetch: { cancel } }) => {
    const gone = { problem: { code: 'UNREACHABLE', detail: 'No answer.' } }
    return new Promise((resolve) => cancel.signal.addEventListener('abort', () => resolve(gone)))
  })
  const tray = new Tray('tea')
  tray.add([file('film.mp4'), file('menu.txt')])
  tray.remove(tray.uploads.get()[0]!.id)
  await vi.waitFor(() => expect(isBusy(tray.uploads.get())).toBe(false))
  expect(tray.ready.map(({ name }) => name)).toEqual(['menu.txt'])
  expect(tray.uploads.get()).toHaveLength(1)
})

test('what is taken over from another tray while it is uploaded is asked anew, and not in the same words', async () => {
  answer.mockReturnValueOnce(new Promise(() => {}))
  const [one, other] = [new Tray('tea'), new Tray('tea')]
  one.add([file('menu.txt')])
  expect(other.take(one)).toBe(true)
  expect(one.uploads.get()).toEqual([])
  await vi.waitFor(() => expect(other.ready.map(({ name }) => name)).toEqual(['menu.txt']))
  const [stopped, asked] = answer.mock.calls
  expect(stopped![2].fetch.cancel.signal.aborted).toBe(true)
  expect(asked![1].input.file).not.toBe(stopped![1].input.file)
})

test('one that stands still is begun anew when the server can be reached again, and one that goes on is not', async () => {
  vi.useFakeTimers()
  answer.mockImplementation((_, __, { fetch: { cancel } }) => {
    const gone = { problem: { code: 'UNREACHABLE', detail: 'No answer.' } }
    return new Promise((resolve) => cancel.signal.addEventListener('abort', () => resolve(gone)))
  })
  const tray = new Tray('tea')
  tray.add([file('film.mp4')])
  await vi.advanceTimersByTimeAsync(STILL_MS)
  answer.mock.calls[0]![2].fetch.onSent(0.4)
  tray.wake()
  expect(tray.uploads.get()[0]).toMatchObject({ state: 'uploading', share: 0.4 })
  await vi.advanceTimersByTimeAsync(STILL_MS)
  tray.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(answer).toHaveBeenCalledTimes(2)
  expect(tray.uploads.get()[0]).toMatchObject({ state: 'uploading', share: 0 })
})

test('a picture is seen before the server has it', async () => {
  const tray = new Tray('tea')
  tray.add([new File(['x'], 'tea.png', { type: 'image/png' })])
  await vi.waitFor(() => expect(tray.uploads.get()[0]?.thumbnail).toMatch(/^data:image\/png;base64,/))
})

function accepted(name: string) {
  return { payload: { attachment: { id: name, name } } }
}

function file(name: string): File {
  return new File(['tea'], name)
}
