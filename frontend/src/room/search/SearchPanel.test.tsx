// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import design from '../../design/texts/en.json'
import texts from '../texts/en.json'

const { query } = vi.hoisted(() => ({ query: vi.fn() }))
vi.mock('urql', async (original) => ({
  ...(await original<typeof import('urql')>()),
  useClient: () => ({ query }),
}))

const { SearchPanel } = await import('./SearchPanel')

type Asked = { readonly matching: string; readonly before: string | null }

const author = { id: 'ana', username: 'ana', displayName: 'Ana', deletedAt: null, avatarUrl: null }
const page = (bodies: readonly string[], startCursor: string | null = null) => ({
  data: {
    room: {
      messages: {
        nodes: bodies.map((body) => ({
          id: `id of ${body}`,
          body,
          sentAt: '2026-03-02T10:00:00.000Z',
          author,
        })),
        pageInfo: { hasPreviousPage: startCursor !== null, startCursor },
      },
    },
  },
})
const asked = () => query.mock.calls.map(([, variables]) => variables as Asked)
const found = () =>
  screen.queryAllByRole('listitem').map((item) => item.textContent?.replace(/.*\d{2}:\d{2}/, ''))

function answer(find: (asked: Asked) => unknown) {
  query.mockImplementation((_document: unknown, variables: Asked) => ({
    toPromise: async () => find(variables),
  }))
}

const onOpen = vi.fn()

function search() {
  render(
    <MantineProvider env="test">
      <SearchPanel room="room" onOpen={onOpen} />
    </MantineProvider>,
  )
  return screen.getByRole('searchbox')
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

describe('the search', () => {
  it('asks when one has stopped typing, and shows the newest first', async () => {
    answer(() => page(['old tea', 'new tea']))
    await userEvent.type(search(), 'tea ')
    await waitFor(() => expect(found()).toEqual(['new tea', 'old tea']))
    expect(asked()).toEqual([{ room: 'room', matching: 'tea', before: null }])
  })

  it('leads to what it found', async () => {
    answer(() => page(['tea']))
    await userEvent.type(search(), 'tea')
    await userEvent.click(await screen.findByText('tea'))
    expect(onOpen).toHaveBeenCalledExactlyOnceWith('id of tea')
  })

  it('is come back to by the keys that open it', async () => {
    const box = search()
    await userEvent.tab()
    expect(document.activeElement).not.toBe(box)
    await userEvent.keyboard('{Control>}{Shift>}f{/Shift}{/Control}')
    expect(document.activeElement).toBe(box)
  })

  it('goes on from where it was', async () => {
    answer(({ before }) => (before ? page(['older']) : page(['old', 'new'], 'cursor')))
    await userEvent.type(search(), 'word')
    await userEvent.click(await screen.findByRole('button', { name: texts.more }))
    await waitFor(() => expect(found()).toEqual(['new', 'old', 'older']))
    expect(screen.queryByRole('button', { name: texts.more })).toBe(null)
  })

  it('shows nothing that was asked for by other words', async () => {
    let late: (value: unknown) => void = () => {}
    answer(({ matching }) =>
      matching === 'slow' ? new Promise((resolve) => (late = resolve)) : page(['quick one']),
    )
    const box = search()
    await userEvent.type(box, 'slow')
    await waitFor(() => expect(query).toHaveBeenCalledOnce())
    await userEvent.clear(box)
    await userEvent.type(box, 'quick')
    await waitFor(() => expect(found()).toEqual(['quick one']))
    late(page(['slow one']))
    await Promise.resolve()
    expect(found()).toEqual(['quick one'])
  })

  it('does not go on with what was found by other words', async () => {
    let late: (value: unknown) => void = () => {}
    answer(({ matching, before }) => {
      if (before) return new Promise((resolve) => (late = resolve))
      return matching === 'slow' ? page(['slow one'], 'cursor') : page(['quick one'])
    })
    const box = search()
    await userEvent.type(box, 'slow')
    await userEvent.click(await screen.findByRole('button', { name: texts.more }))
    await userEvent.clear(box)
    await userEvent.type(box, 'q')
    expect(screen.queryByRole('button', { name: texts.more })).toBe(null)
    await waitFor(() => expect(found()).toEqual(['quick one']))
    late(page(['an older slow one']))
    await new Promise((resolve) => setTimeout(resolve))
    expect(found()).toEqual(['quick one'])
  })

  it('says that there is nothing, or what was wrong', async () => {
    answer(({ matching }) =>
      matching === 'nothing' ? page([]) : { error: { graphQLErrors: [{ message: 'Too often.' }] } },
    )
    const box = search()
    await userEvent.type(box, 'nothing')
    expect(await screen.findByText(texts.search.nothing)).toBeDefined()
    await userEvent.type(box, ' more')
    expect(await screen.findByText('Too often.')).toBeDefined()
  })
})
