// The explorer's subscriptions, against a real graphql-transport-ws server.
import { buildSchema } from 'graphql'
import type { Context } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { follow } from './socket'

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Subscription { count(to: Int!): Int, forever: Int }
`)
const roots = {
  subscription: {
    async *count({ to }: { to: number }) {
      for (let count = 1; count <= to; count += 1) yield { count }
    },
    async *forever() {
      yield { forever: 1 }
      await new Promise(() => {})
    },
  },
}

let server: WebSocketServer
let payloads: unknown[]

beforeEach(() => {
  vi.stubGlobal('WebSocket', WebSocket)
  payloads = []
  server = new WebSocketServer({ port: 0 })
  useServer({ schema, roots, onConnect }, server)
})
afterEach(() => {
  server.clients.forEach((client) => client.terminate())
  server.close()
})

function onConnect({ connectionParams }: Context): boolean {
  payloads.push(connectionParams)
  return connectionParams?.Authorization !== 'Bearer wrong'
}

/** Subscribes, and remembers what GraphiQL would be told. */
function run(query: string, headers = {}) {
  const { port } = server.address() as { port: number }
  const url = new URL(`http://localhost:${port}/graphql`)
  const told = { next: vi.fn(), error: vi.fn(), complete: vi.fn() }
  const { unsubscribe } = follow(url, { query }, new Headers(headers)).subscribe(told)
  return { ...told, unsubscribe }
}

test('results are shown together, the newest first', async () => {
  const { next, complete } = run('subscription { count(to: 3) }')
  await vi.waitFor(() => expect(complete).toHaveBeenCalledOnce())
  expect(next).toHaveBeenLastCalledWith({
    ended: 'Complete.',
    received: 3,
    newestFirst: [3, 2, 1].map((count) => ({ data: { count } })),
  })
})

test('every subscription introduces itself anew: a token typed in the meantime counts', async () => {
  const first = run('subscription { forever }')
  await vi.waitFor(() => expect(first.next).toHaveBeenCalled())
  const second = run('subscription { forever }', { authorization: 'Bearer t' })
  await vi.waitFor(() => expect(second.next).toHaveBeenCalled())
  expect(payloads).toEqual([undefined, { Authorization: 'Bearer t' }])
})

test('unsubscribing closes the socket, and nothing is shown afterwards', async () => {
  const { next, complete, unsubscribe } = run('subscription { forever }')
  await vi.waitFor(() => expect(next).toHaveBeenCalledOnce())
  unsubscribe()
  await vi.waitFor(() => expect(server.clients.size).toBe(0))
  expect(next).toHaveBeenCalledOnce()
  expect(complete).not.toHaveBeenCalled()
})

test('a refusal is shown as the GraphQL error that it is', async () => {
  const { error } = run('subscription { unheardOf }')
  await vi.waitFor(() => expect(error).toHaveBeenCalledOnce())
  expect(error.mock.lastCall?.[0]).toMatchObject([{ message: expect.stringContaining('unheardOf') }])
})

test('a closed socket ends the transcript without wiping it, and is not retried', async () => {
  const { next, error, complete } = run('subscription { forever }')
  await vi.waitFor(() => expect(next).toHaveBeenCalledOnce())
  server.clients.forEach((client) => client.close(1012))
  await vi.waitFor(() => expect(complete).toHaveBeenCalledOnce())
  expect(next.mock.lastCall?.[0]).toMatchObject({
    ended: expect.stringContaining('1012'),
    received: 1,
    newestFirst: [{ data: { forever: 1 } }],
  })
  expect(error).not.toHaveBeenCalled()
  expect(payloads).toHaveLength(1)
})

test('a refused token is named as such', async () => {
  const { next, complete } = run('subscription { forever }', { authorization: 'Bearer wrong' })
  await vi.waitFor(() => expect(complete).toHaveBeenCalledOnce())
  expect(next.mock.lastCall?.[0].ended).toContain('token')
})
