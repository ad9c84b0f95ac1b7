// One subscription on a socket of its own, as the observable that GraphiQL consumes.
import type { FetcherParams, Observable } from '@graphiql/toolkit'
import type { ExecutionResult } from 'graphql'
import { CloseCode, createClient, type SubscribePayload } from 'graphql-ws'

import { Transcript } from './transcript'

type Observer = {
  next(value: unknown): void
  error(cause: unknown): void
  complete(): void
}

/**
 * The socket is opened with the subscription and closed with it, so it speaks for whoever is logged in
 * (or whatever token is in the Headers pane) at that moment. It is never retried: retrying would send
 * the first `after` again, and hide the disconnection that this page exists to show.
 */
export function follow(url: URL, params: FetcherParams, headers: Headers): Observable<ExecutionResult> {
  const authorization = headers.get('authorization')

  function subscribe({ next, error, complete }: Observer) {
    const transcript = new Transcript(next)
    const client = createClient({
      url: url.href.replace(/^http/, 'ws'),
      retryAttempts: 0,
      ...(authorization && { connectionParams: { Authorization: authorization } }),
    })
    // Once unsubscribed we are silent: the response pane may belong to another tab by then.
    let subscribed = true

    const stop = client.subscribe(params as SubscribePayload, {
      next: (result) => transcript.add(result),
      error: (cause) => (isRefusal(cause) ? refuse(cause) : end(describe(cause))),
      complete: () => end('Complete.'),
    })

    function end(how: string) {
      if (!subscribed) return
      transcript.end(how)
      complete()
    }

    function refuse(errors: unknown) {
      if (!subscribed) return
      transcript.abandon()
      error(errors)
    }

    return {
      unsubscribe() {
        subscribed = false
        transcript.abandon()
        stop()
      },
    }
  }

  // GraphiQL calls `subscribe` with one object only, and prints whatever it is given.
  return { subscribe } as unknown as Observable<ExecutionResult>
}

/** GraphQL errors: the server answered, and said no. Anything else: the socket is gone. */
function isRefusal(cause: unknown): boolean {
  return Array.isArray(cause)
}

function describe(cause: unknown): string {
  const code = cause instanceof Object && 'code' in cause ? Number(cause.code) : undefined
  if (code === CloseCode.Unauthorized || code === CloseCode.Forbidden)
    return 'The server refused the connection: log in, or check the token in the Headers pane.'
  const how = code ? ` with code ${code}` : ''
  return `The socket closed${how}. Subscribe with the last cursor as "after", and nothing is missed.`
}
