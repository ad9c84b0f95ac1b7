// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

import api from '../api/texts/en.json'
import { notices } from '../design/notices'
import type { Opened, RoomFeed } from './RoomFeed'
import texts from './texts/en.json'
import { useGoal } from './useGoal'

const told = () => notices.get().map(({ text }) => text)

/** A room that is live, in which each wish to be elsewhere comes to this. */
function wishing(opened: Opened, message: string | null = null) {
  const feed = {
    open: vi.fn(async (_around?: string) => opened),
    close: vi.fn(),
    status: { get: () => 'live' },
    state: { get: () => ({ entries: [{ kind: 'message', id: 'here' }] }) },
  }
  return { feed, ...renderHook(() => useGoal(feed as unknown as RoomFeed, message, 'read')) }
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { room: texts, api } } })
})
afterEach(() => {
  cleanup()
  notices.set([])
})

it('begins where the address says, else where one had read up to', async () => {
  expect(wishing('there', 'message').feed.open).toHaveBeenCalledExactlyOnceWith('message')
  expect(wishing('there').feed.open).toHaveBeenCalledExactlyOnceWith('read')
})

it('leads to a message, asking only for what is not here', async () => {
  const { feed, result } = wishing('there')
  feed.open.mockClear()
  await act(() => result.current.jump('here'))
  expect(feed.open).not.toHaveBeenCalled()
  await act(() => result.current.jump('far'))
  expect(feed.open).toHaveBeenCalledExactlyOnceWith('far')
  expect(result.current.goal).toEqual({ message: 'far', isFound: true })
})

it.each([
  ['missing', texts.feed.notFound],
  ['unreachable', api.unreachable],
  ['overtaken', undefined],
] as const)('stays where it is, and says why, when that place is %s', async (opened, text) => {
  const { result } = wishing(opened)
  await act(() => result.current.jump('far'))
  expect(result.current.goal).toBe(null)
  expect(told()).toEqual(text ? [text] : [])
  expect(await result.current.toPresent()).toBe(false)
})

it('says when what the address names is not there, and nothing when nothing in particular was wanted', async () => {
  wishing('missing')
  await act(async () => {})
  expect(told()).toEqual([])
  wishing('missing', 'message')
  await act(async () => {})
  expect(told()).toEqual([texts.feed.notFound])
})
