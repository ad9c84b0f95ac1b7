// Follows a room: prints every event once and in order, one line of JSON each, however often the
// connection breaks.
//
//   node frontend/examples/follow.mjs --url ws://localhost:8000/graphql --token TOKEN --room ROOM_ID
//     [--after CURSOR]   start right after this position in the room's log (default: now)
//     [--until N]        stop after N messages
//     [--patience S]     give up a connection that does not answer for so many seconds (default: 5)
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

const FOLLOW = `
  subscription Follow($room: ID!, $after: Cursor) {
    roomEvents(room: $room, after: $after) {
      cursor
      event {
        __typename
        ... on MessageSent { message { id body author { username } } }
        ... on MessageEdited { message { id body author { username } } }
        ... on MessageDeleted { message { id } }
        ... on MemberJoined { member { user { username } } }
        ... on MemberLeft { member { user { username } } }
        ... on StreamReset { cause }
        ... on StreamEnded { problem { code detail } }
      }
    }
  }
`
const TOKEN_REFUSED = [4401, 4403]

const names = ['url', 'token', 'room', 'after', 'until', 'patience']
const options = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))
const { url, token, room, after, until = Infinity, patience = 5 } = parseArgs({ options }).values
const patienceMs = 1_000 * patience
const log = console.error
if (!/^wss?:/.test(url) || !token || !room) {
  log('Needed: --url ws://..., --token and --room; see the top of this file.')
  process.exit(2)
}

let cursor = after // our position in the log: all that has to be remembered
let messages = 0
let stop, socket, silence

const client = createClient({
  url,
  webSocketImpl: class extends WebSocket {
    constructor(address, protocol) {
      super(address, protocol, { handshakeTimeout: patienceMs })
    }
  },
  connectionParams: { Authorization: `Bearer ${token}` },
  connectionAckWaitTimeout: patienceMs,

  // Come back soon, for ever, and not all clients at the same moment; but do not repeat a question
  // whose answer will be the same: a refused token, an address that is no chat server.
  retryAttempts: Infinity,
  retryWait: (retries) => sleep(Math.min(2_000, 100 * 2 ** retries) * (0.5 + Math.random() / 2)),
  shouldRetry: ({ code, message }) => !TOKEN_REFUSED.includes(code) && !/response: 4/.test(message),

  // A connection can die without a word: ping, and give up a socket that does not answer.
  // (A browser has no `terminate`: there it is `socket.close(4408, 'Request Timeout')`.)
  keepAlive: 2 * patienceMs,
  on: {
    connecting: () => log('connecting'),
    opened: (opened) => (socket = opened),
    connected: () => log(cursor ? `connected, going on after ${cursor}` : 'connected'),
    ping: (received) => received || (silence = setTimeout(() => socket.terminate(), patienceMs)),
    pong: (received) => received && clearTimeout(silence),
    error: ({ message, error }) => log(`error: ${message || error?.code}`),
    closed: ({ code }) => (clearTimeout(silence), log(`closed with code ${code}`)),
  },
})

/** Resolves to the type of the last event, once the stream is complete. */
function follow() {
  // graphql-ws sends this same object after each reconnect. The getter makes it say where we are now.
  const variables = { room, get after() { return cursor } }
  let type
  return new Promise((resolve, reject) => {
    stop = client.subscribe({ query: FOLLOW, variables }, {
      next({ data, errors }) {
        if (errors) return reject(errors)
        if (messages === Number(until)) return // already under way when we stopped
        const frame = data.roomEvents
        type = frame.event.__typename
        cursor = frame.cursor // at once, and not after some await: what is here is not asked for again
        print(frame)
        if (type === 'MessageSent' && ++messages === Number(until)) stop()
      },
      error: reject,
      complete: () => resolve(type),
    })
  })
}

function print({ cursor, event: { __typename: type, message, member, ...rest } }) {
  const author = (message?.author ?? member?.user)?.username
  console.log(JSON.stringify({ type, cursor, id: message?.id, body: message?.body, author, ...rest }))
}

/** What went wrong for good, in one sentence. */
function explain(cause) {
  if (Array.isArray(cause)) return `The server refused: ${cause[0].message}`
  if (TOKEN_REFUSED.includes(cause.code)) return 'The server refused the token.'
  return `Cannot go on: ${cause.message || `the server closed the connection with code ${cause.code}`}.`
}

/** Takes leave of the server, but does not wait long for one that is gone. */
function end() {
  stop?.()
  setTimeout(() => process.exit(), 1_000).unref()
}
process.once('SIGINT', end).once('SIGTERM', end)

try {
  while ((await follow()) === 'StreamReset') {
    log('The log cannot go on from our cursor, so we go on from now. (An app takes a snapshot first.)')
    cursor = undefined
  }
} catch (cause) {
  log(explain(cause))
  process.exitCode = 1
}
end()
