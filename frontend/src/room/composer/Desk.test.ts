// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, type Mock, test, vi } from 'vitest'

import { act } from '../../api/act'
import { connection } from '../../api/socket'
import { isOpenFor, pending, send } from '../../outbox/outbox'
import { leave } from '../../session/leave'
import { useOneViewer } from '../../session/oneViewer'
import { Desk, deskOf } from './Desk'
import { draftOf, keepDraft } from './drafts'
import { FILES_MAX } from './Tray'

vi.mock('../../api/act', async (original) => ({ ...(await original<object>()), act: vi.fn() }))
vi.mock('../../outbox/outbox', async () => {
  const { createStore } = await import('../../api/store')
  return { pending: createStore([]), isOpenFor: vi.fn(() => true), send: vi.fn(() => true) }
})
const answer = act as unknown as Mock<() => Promise<unknown>>
const done = { payload: { attachment: { id: 'a1' } } }
const unreachable = { problem: { code: 'UNREACHABLE', detail: 'No answer.' } }

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
})

afterEach(() => {
  vi.clearAllMocks()
  vi.restoreAllMocks()
  connection.set('idle')
})

test('what waits for its files when the page goes is in the box of the next, before what was begun there', () => {
  answer.mockReturnValue(new Promise(() => {}))
  const desk = deskOf('me', 'tea')
  for (const text of ['the menu', 'the bill']) {
    desk.tray.get().add(files(1))
    desk.send(text, null)
  }
  show(false)
  keepDraft('me', 'tea', 'half a thou')
  new Desk('she', 'tea')
  new Desk('me', 'tea')
  expect(draftOf('me', 'tea')).toBe('the menu\nthe bill\nhalf a thou')
  new Desk('me', 'tea')
  expect(draftOf('me', 'tea')).toBe('the menu\nthe bill\nhalf a thou')
  for (const parcel of desk.parcels.get()) desk.unpack(parcel)
})

test('what waits for its files is not in the box of a tab that is made from this one', () => {
  answer.mockReturnValue(new Promise(() => {}))
  const desk = deskOf('me', 'yard')
  desk.tray.get().add(files(1))
  desk.send('the menu', null)
  expect(sessionStorage).toHaveLength(0)
  show(false)
  expect(sessionStorage).toHaveLength(1)
  show(true)
  expect(sessionStorage).toHaveLength(0)
  desk.unpack(parcel(desk))
})

test('what was sent is not begun again', async () => {
  show(false)
  answer.mockResolvedValue(done)
  const desk = new Desk('me', 'tea')
  desk.tray.get().add(files(1))
  desk.send('the menu', null)
  await vi.waitFor(() => expect(send).toHaveBeenCalledOnce())
  new Desk('me', 'tea')
  expect(draftOf('me', 'tea')).toBe('')
})

test('a file that did not get through is tried again when the server can be reached, and its message goes', async () => {
  answer.mockResolvedValueOnce(unreachable).mockResolvedValue(done)
  const desk = deskOf('me', 'garden')
  desk.tray.get().add(files(1))
  desk.send('the menu', null)
  await vi.waitFor(() => expect(parcel(desk).tray.uploads.get()[0]?.state).toBe('refused'))
  connection.set('connected')
  await vi.waitFor(() => expect(send).toHaveBeenCalledWith(expect.objectContaining({ body: 'the menu' })))
})

test('what could not be uploaded before it was sent is tried once more, and what is refused stays behind', async () => {
  const refused = { problem: { code: 'INVALID', detail: 'Of this kind none are taken.' } }
  answer.mockResolvedValueOnce(unreachable).mockResolvedValueOnce(refused).mockResolvedValue(done)
  const desk = new Desk('me', 'tea')
  desk.tray.get().add(files(2))
  await vi.waitFor(() => expect(desk.tray.get().uploads.get()[1]?.state).toBe('refused'))
  desk.send('the menu', null)
  expect(desk.tray.get().uploads.get()).toEqual([])
  await vi.waitFor(() => expect(send).toHaveBeenCalledOnce())
  expect(send).toHaveBeenCalledWith(
    expect.objectContaining({ body: 'the menu', attachments: [{ id: 'a1' }] }),
  )
  expect(desk.parcels.get()).toEqual([])
})

test('what goes leaves nothing of its files in the box', async () => {
  const refused = { problem: { code: 'INVALID', detail: 'Of this kind none are taken.' } }
  answer.mockResolvedValueOnce(done).mockResolvedValueOnce(refused)
  const desk = new Desk('me', 'tea')
  desk.tray.get().add(files(2))
  await vi.waitFor(() => expect(desk.tray.get().uploads.get()[1]?.state).toBe('refused'))
  vi.mocked(send).mockReturnValueOnce(false)
  expect(desk.send('the menu', null)).toBe(false)
  expect(desk.tray.get().uploads.get()).toHaveLength(2)
  expect(desk.send('the menu', null)).toBe(true)
  expect(desk.tray.get().uploads.get()).toEqual([])
})

test('one that is taken out is not waited for any more, and without words nothing is left to be said', async () => {
  answer.mockResolvedValue(unreachable)
  const desk = new Desk('me', 'tea')
  desk.tray.get().add(files(1))
  desk.send('', null)
  await vi.waitFor(() => expect(parcel(desk).tray.uploads.get()[0]?.state).toBe('refused'))
  parcel(desk).tray.remove(parcel(desk).tray.uploads.get()[0]!.id)
  expect(desk.parcels.get()).toEqual([])
  expect(send).not.toHaveBeenCalled()
})

test('what the outbox has no room for goes when it has, once, and in nobody else’s name', async () => {
  answer.mockResolvedValue(done)
  const desk = deskOf('me', 'hall')
  desk.tray.get().add(files(1))
  vi.mocked(send).mockReturnValueOnce(false)
  desk.send('the menu', null)
  await vi.waitFor(() => expect(send).toHaveBeenCalledOnce())
  expect(desk.parcels.get()).toHaveLength(1)
  expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false)

  vi.mocked(isOpenFor).mockReturnValueOnce(false)
  pending.set([])
  expect(send).toHaveBeenCalledOnce()

  vi.mocked(send).mockImplementationOnce(() => {
    pending.set([])
    return true
  })
  pending.set([])
  expect(isOpenFor).toHaveBeenLastCalledWith('me')
  expect(send).toHaveBeenCalledTimes(2)
  expect(desk.parcels.get()).toEqual([])
})

test('more files than one message has are not put together by taking one back', () => {
  answer.mockReturnValue(new Promise(() => {}))
  const desk = new Desk('me', 'tea')
  desk.tray.get().add(files(FILES_MAX))
  desk.send('the menu', null)
  desk.tray.get().add(files(1))
  expect(desk.unpack(parcel(desk))).toBe(false)
  expect(parcel(desk).tray.uploads.get()).toHaveLength(FILES_MAX)
  expect(desk.tray.get().uploads.get()).toHaveLength(1)
})

test('whoever would go while something is uploaded is asked by the browser, and nobody else', async () => {
  expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true)
  answer.mockReturnValue(new Promise(() => {}))
  const desk = deskOf('me', 'kitchen')
  desk.tray.get().add(files(1))
  desk.send('the menu', null)
  expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false)
})

test('whoever has logged out is not asked, and what waited for its files is not written back', () => {
  vi.spyOn(location, 'assign').mockImplementation(() => {})
  renderHook(() => useOneViewer('me'))
  answer.mockReturnValue(new Promise(() => {}))
  const desk = deskOf('me', 'cellar')
  for (const text of ['the menu', 'the bill']) {
    desk.tray.get().add(files(1))
    desk.send(text, null)
  }
  show(false)
  leave('me')
  desk.unpack(parcel(desk))
  expect(sessionStorage).toHaveLength(0)
  expect(dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true)
})

/** Whether the page can be seen. One that goes is hidden first. */
function show(isSeen: boolean): void {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(!isSeen)
  document.dispatchEvent(new Event('visibilitychange'))
}

function parcel(desk: Desk) {
  return desk.parcels.get()[0]!
}

function files(count: number): File[] {
  return Array.from({ length: count }, () => new File(['tea'], 'menu.txt'))
}
