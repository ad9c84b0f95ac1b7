// How the explorer reaches the API: subscriptions over a socket, everything else over HTTP.
import type { Fetcher, FetcherParams } from '@graphiql/toolkit'
import { getOperationAST, parse } from 'graphql'

import { post } from './http'
import { follow } from './socket'

export function createFetcher(url: URL): Fetcher {
  return (params, options) => {
    const headers = new Headers(options?.headers)
    return isSubscription(params) ? follow(url, params, headers) : post(url, params, headers)
  }
}

/** A document that cannot be parsed goes to the server as well: its answer says what is wrong. */
function isSubscription({ query, operationName }: FetcherParams): boolean {
  try {
    return getOperationAST(parse(query), operationName)?.operation === 'subscription'
  } catch {
    return false
  }
}
