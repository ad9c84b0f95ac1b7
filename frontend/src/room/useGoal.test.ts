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

/** A room in which the wishes to be somewhere come to these, and all after them to the last one. */
function wishing(opened: Opened | readonly Opened[], message: string | null = null) {
  const outcomes = [opened].flat()
  let isHere = false
  const feed = {
    open: vi.fn(async (_around?: string) => {
      const outcome = (outcomes.length > 1 ? outcomes.shift() : outcomes[0]) ?? 'there'
      isHere ||= outcome === 'there' || outcome === 'missing'
      return outcome
    }),
    close: vi.fn(),
    status: { get: () => (isHere ? 'live' : 'unreachable') },
    state: { get: () => (isHere ? { entries: [{ kind: 'message', id: 'here' }] } : null) },
  }
  const hook = renderHook((named) => useGoal(feed as unknown as RoomFeed, named, 'read'), {
    initialProps: message,
  })
  return { feed, ...hook }
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

it.each([
  ['message', 'message', { message: 'message', isFound: true }],
  [null, 'read', null],
])('begins there, however often it has to be tried: %s', async (message, around, goal) => {
  const { feed, result } = wishing(['unreachable', 'unreachable', 'there'], message)
  await act(async () => {})
  await act(() => result.current.begin())
  await act(() => result.current.begin())
  expect(feed.open.mock.calls).toEqual([[around], [around], [around]])
  expect(result.current.goal).toEqual(goal)
  expect(told()).toEqual([])
})

it('begins where the address says by then', async () => {
  const { feed, result, rerender } = wishing(['unreachable', 'unreachable', 'there'], 'message')
  await act(async () => {})
  await act(async () => rerender('another'))
  await act(() => result.current.begin())
  expect(feed.open).toHaveBeenLastCalledWith('another')
  expect(result.current.goal).toEqual({ message: 'another', isFound: true })
})

it('begins at the last messages where one has been already', async () => {
  const { feed, result } = wishing('there', 'message')
  await act(async () => {})
  await act(() => result.current.begin())
  expect(feed.open).toHaveBeenLastCalledWith(undefined)
  expect(result.current.goal).toBe(null)
})

it('leads to a message, asking only for what is not here', async () => {
  const { feed, result } = wishing('there')
  await act(async () => {})
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
  const { result } = wishing(['there', opened])
  await act(async () => {})
  await act(() => result.current.jump('far'))
  expect(result.current.goal).toBe(null)
  expect(told()).toEqual(text ? [text] : [])
  expect(await result.current.toPresent()).toBe(false)
})

it('says when what the address names is not there, and nothing when nothing in particular was wanted', async () => {
  wishing('missing')
  await act(async () => {})
  expect(told()).toEqual([])
  const { result } = wishing('missing', 'message')
  await act(async () => {})
  expect(told()).toEqual([texts.feed.notFound])
  expect(result.current.goal).toBe(null)
})
