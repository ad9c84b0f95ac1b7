// What asks the server: queries and mutations over HTTP with the session's cookie, subscriptions over the socket,
// and a cache of everything that has an id.
import { cacheExchange } from '@urql/exchange-graphcache'
import { Client, fetchExchange, subscriptionExchange } from 'urql'

import { currentLanguage } from '../i18n/language'
import { keys, updates } from './cache'
import { csrfToken } from './csrf'
import { possibleTypes } from './generated'
import { persist } from './persist'
import { pause, socket } from './socket'

const http = {
  url: new URL('/graphql', location.href).href,
  preferGetMethod: false,
  fetchOptions: () => ({ headers: requestHeaders() }),
} as const

/** For what is to arrive even if the page goes meanwhile. Of such, browsers send 64 KiB at a time. */
export const outlasting = { fetchOptions: () => ({ ...http.fetchOptions(), keepalive: true }) }

/** For whoever keeps the answer elsewhere: nothing is added to the question, which may cost all that is allowed. */
export const direct = new Client({ ...http, exchanges: [fetchExchange] })

export const client = new Client({
  ...http,
  exchanges: [
    cacheExchange({ keys, updates, possibleTypes }),
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: ({ next }) => ({
          unsubscribe: persist(
            socket,
            { query: query ?? '', variables: variables as Record<string, unknown> | undefined },
            next as never,
            pause,
          ),
        }),
      }),
    }),
  ],
})

/** Problems come in the language of the page; a cookie is only good together with its token. */
function requestHeaders(): Record<string, string> {
  const csrf = csrfToken(document.cookie)
  return {
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'accept-language': currentLanguage.get(),
    ...(csrf && { 'x-csrftoken': csrf }),
  }
}
