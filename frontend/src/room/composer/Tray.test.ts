// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest'

import { act } from '../../api/act'
import { FILE_MAX_BYTES, FILES_MAX, isBusy, Tray } from './Tray'

vi.mock('../../api/act', async (original) => ({ ...(await original<object>()), act: vi.fn() }))
const answer = act as unknown as Mock<
  (document: unknown, variables: { input: { file: File } }) => Promise<unknown>
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
  tray.sent()
  expect(tray.uploads.get()).toEqual([])
})

test('one that is refused says why, and is not sent', async () => {
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
  tray.sent()
  expect(tray.uploads.get()).toEqual([])
})

test('one that did not get through can be tried again', async () => {
  answer.mockResolvedValueOnce({ problem: { code: 'UNREACHABLE', detail: 'No answer.' } })
  const tray = new Tray('tea')
  tray.add([file('menu.txt')])
  await vi.waitFor(() => expect(tray.uploads.get()[0]).toMatchObject({ state: 'refused', mayRetry: true }))
  tray.sent()
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

test('one that is removed while it is uploaded does not come back', async () => {
  const tray = new Tray('tea')
  tray.add([file('menu.txt')])
  tray.remove(tray.uploads.get()[0]!.id)
  await Promise.resolve()
  await Promise.resolve()
  expect(tray.uploads.get()).toEqual([])
  expect(tray.ready).toEqual([])
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
