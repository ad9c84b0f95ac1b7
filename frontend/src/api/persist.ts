// A subscription for as long as it is wanted. graphql-ws begins again after a cut, but takes an error of the server, the
// end of a stream and some close codes for the last word. What the page stands on begins again after those, too.
import type { FormattedExecutionResult, GraphQLFormattedError } from 'graphql'
import type { Client as Socket, SubscribePayload } from 'graphql-ws'

import { doubt } from './doubt'

/** It may be for good, and everybody's: so later each time, and not all at the same moment. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

type Listener = (result: FormattedExecutionResult) => void

/** Until the returned function is called. Each stream has to tell by itself what came before it: ours do. */
export function persist(
  socket: Pick<Socket, 'subscribe'>,
  payload: SubscribePayload,
  listener: Listener,
  pause: (ms: number) => Promise<void>,
): () => void {
  let isWanted = true
  let stop = () => {}
  let failures = 0

  function begin() {
    const begun = performance.now()
    stop = socket.subscribe(payload, {
      next: (result) => isWanted && listener(result as FormattedExecutionResult),
      error: (cause) => {
        if (isUnauthenticated(cause)) doubt()
        void beginAgain(begun)
      },
      complete: () => void beginAgain(begun),
    })
  }

  async function beginAgain(begun: number) {
    if (!isWanted) return
    // What has lasted was good.
    failures = performance.now() - begun > LONGEST_PAUSE_MS ? 0 : failures + 1
    await pause(pauseAfter(failures))
    if (isWanted) begin()
  }

  begin()
  return () => {
    isWanted = false
    stop()
  }
}

export function pauseAfter(failures: number, random = Math.random()): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1)) * (0.5 + random / 2)
}

function isUnauthenticated(cause: unknown): boolean {
  const errors: readonly GraphQLFormattedError[] = Array.isArray(cause) ? cause : []
  return errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED')
}
