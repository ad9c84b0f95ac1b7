// What the explorer sends by HTTP, and what it makes of the answer.
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { createFetcher } from './fetcher'

const url = new URL('http://localhost/graphql')
const query = { query: '{ __typename }' }
const fetch = vi.fn<typeof globalThis.fetch>()

beforeEach(() => {
  vi.stubGlobal('fetch', fetch)
  vi.stubGlobal('document', { cookie: '' })
  fetch.mockImplementation(async () => Response.json({ data: {} }))
})
afterEach(() => vi.resetAllMocks())

function sentHeaders(): Headers {
  return new Headers(fetch.mock.lastCall?.[1]?.headers)
}

test('the CSRF token is read again for every request', async () => {
  const fetcher = createFetcher(url)
  await fetcher(query)
  expect(sentHeaders().has('x-csrftoken')).toBe(false)

  document.cookie = 'csrftoken=before'
  await fetcher(query)
  expect(sentHeaders().get('x-csrftoken')).toBe('before')

  document.cookie = 'csrftoken=after'
  await fetcher(query)
  expect(sentHeaders().get('x-csrftoken')).toBe('after')
})

test('headers from the Headers pane are added, and win', async () => {
  const headers = { Authorization: 'Bearer t', Accept: 'application/json' }
  await createFetcher(url)(query, { headers })
  expect(sentHeaders().get('authorization')).toBe('Bearer t')
  expect(sentHeaders().get('accept')).toBe('application/json')
  expect(sentHeaders().get('content-type')).toBe('application/json')
})

test('GraphQL errors are an answer whatever the status; a page is not', async () => {
  const errors = [{ message: 'Syntax Error' }]
  fetch.mockImplementation(async () => Response.json({ errors }, { status: 400 }))
  expect(await createFetcher(url)({ query: '{' })).toEqual({ errors })

  fetch.mockImplementation(async () => new Response('<h1>Bad gateway</h1>', { status: 502 }))
  await expect(createFetcher(url)(query)).rejects.toThrow('502')
})

test('of several operations, the chosen one decides between HTTP and the socket', async () => {
  const document = 'query Ask { __typename } subscription Listen { __typename }'
  await createFetcher(url)({ query: document, operationName: 'Ask' })
  expect(fetch).toHaveBeenCalledOnce()

  const stream = createFetcher(url)({ query: document, operationName: 'Listen' })
  expect(stream).toHaveProperty('subscribe')
  expect(fetch).toHaveBeenCalledOnce()
})
