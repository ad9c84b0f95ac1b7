// @vitest-environment happy-dom
import { cleanup, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { act } from '../api/act'
import { doubt } from '../api/doubt'
import { LogInDocument } from '../api/generated'
import { useDoubts } from './useDoubts'

const reload = vi.spyOn(location, 'reload').mockImplementation(() => {})
const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>()
const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

function json(data: object): Response {
  return new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })
}

const SOMEBODY = { __typename: 'Viewer', id: '1', email: null, locale: 'EN', lastLogInAt: null }
const user = {
  __typename: 'User',
  id: '1',
  username: 'nino',
  displayName: '',
  deletedAt: null,
  avatarUrl: '',
}

beforeEach(() => vi.stubGlobal('fetch', asked))
afterEach(() => {
  cleanup()
  reload.mockClear()
  asked.mockReset()
})

it('begins anew when the session is over, and asks nothing where nobody was logged in', async () => {
  asked.mockResolvedValue(json({ viewer: null }))
  const { rerender } = renderHook(({ isSomebody }) => useDoubts(isSomebody), {
    initialProps: { isSomebody: false },
  })
  doubt()
  await settled()
  expect(asked).not.toHaveBeenCalled()

  rerender({ isSomebody: true })
  doubt()
  await settled()
  expect(asked).toHaveBeenCalledOnce()
  expect(reload).toHaveBeenCalledOnce()
})

it('goes on while the viewer is who they were, and while nobody answers', async () => {
  renderHook(() => useDoubts(true))
  asked.mockRejectedValueOnce(new TypeError('Failed to fetch'))
  doubt()
  await settled()
  asked.mockResolvedValue(json({ viewer: { ...SOMEBODY, user } }))
  doubt()
  await settled()
  expect(asked).toHaveBeenCalledTimes(2)
  expect(reload).not.toHaveBeenCalled()
})

it('asks after what is under way is answered: a new password brings a new session with its answer', async () => {
  renderHook(() => useDoubts(true))
  let answer = (_: Response) => {}
  asked.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
  asked.mockResolvedValue(json({ viewer: { ...SOMEBODY, user } }))
  const change = act(LogInDocument, { input: { username: 'nino', password: 'new' } })
  doubt()
  await settled()
  expect(asked).toHaveBeenCalledOnce()

  answer(json({ logIn: { __typename: 'LoggedIn', viewer: { ...SOMEBODY, user } } }))
  expect((await change).payload).toBeDefined()
  await settled()
  expect(asked).toHaveBeenCalledTimes(2)
})
