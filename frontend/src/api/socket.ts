// The one WebSocket of this page, and what is known of it. It is opened with the first subscription, and comes back
// by itself for as long as the page is open; but when the server says who we are is no good any more, that comes first.
import { CloseCode, createClient } from 'graphql-ws'

import { doubt } from './doubt'
import { createStore } from './store'

export type Connection = 'idle' | 'connecting' | 'connected' | 'lost'

/** A socket that does not answer within this time is given up: it may have died without a word. */
const PATIENCE_MS = 5_000
const LONGEST_WAIT_MS = 5_000
const SESSION_ENDED = new Set<number>([CloseCode.Unauthorized, CloseCode.Forbidden])

export const connection = createStore<Connection>('idle')

let current: WebSocket | undefined
let silence: ReturnType<typeof setTimeout> | undefined

export const socket = createClient({
  url: new URL('/graphql', location.href).href.replace(/^http/, 'ws'),
  connectionAckWaitTimeout: PATIENCE_MS,
  retryAttempts: Infinity,
  retryWait: (retries) => pause(backOff(retries)),
  shouldRetry: (cause) => !endsTheSession(cause),
  keepAlive: 2 * PATIENCE_MS,
  // A socket that is used again at once after the last subscription has ended is not opened anew.
  lazyCloseTimeout: 1_000,
  on: {
    connecting: () => connection.set(connection.get() === 'idle' ? 'connecting' : connection.get()),
    opened: (opened) => (current = opened as WebSocket),
    connected: () => connection.set('connected'),
    ping: (received) => {
      if (!received) silence = setTimeout(giveUp, PATIENCE_MS)
    },
    pong: (received) => {
      if (received) clearTimeout(silence)
    },
    closed: (event) => {
      clearTimeout(silence)
      connection.set(isIntended(event) ? 'idle' : 'lost')
      if (endsTheSession(event)) doubt()
    },
  },
})

// Whoever comes back into reach should not wait for the next attempt, and whoever goes out of it need not guess.
const wakers = new Set<() => void>()
addEventListener('online', () => wakers.forEach((wake) => wake()))
addEventListener('offline', giveUp)

function giveUp() {
  current?.close(CloseCode.ConnectionAcknowledgementTimeout, 'No answer')
}

/** How long to wait before an attempt: soon at first, then longer, and never all clients at the same moment. */
export function backOff(retries: number, random = Math.random()): number {
  return Math.min(LONGEST_WAIT_MS, 100 * 2 ** retries) * (0.5 + random / 2)
}

/** It is over at once when one comes back into reach. */
export async function pause(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer)
      wakers.delete(wake)
      resolve()
    }
    const timer = setTimeout(wake, ms)
    wakers.add(wake)
  })
}

function endsTheSession(event: unknown): boolean {
  return SESSION_ENDED.has(codeOf(event))
}

function isIntended(event: unknown): boolean {
  return codeOf(event) === 1000
}

function codeOf(event: unknown): number {
  return event instanceof Object && 'code' in event ? Number(event.code) : 0
}
