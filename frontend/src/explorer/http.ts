// One operation as an HTTP POST, with the session cookie and what Django asks for beside it.
import type { FetcherParams } from '@graphiql/toolkit'
import type { ExecutionResult } from 'graphql'

import { csrfToken } from '../api/csrf'

export async function post(url: URL, params: FetcherParams, extra: Headers): Promise<ExecutionResult> {
  const headers = new Headers({
    accept: 'application/graphql-response+json, application/json;q=0.9',
    'content-type': 'application/json',
  })
  // Read for every request: logging in changes it.
  const csrf = csrfToken(document.cookie)
  if (csrf) headers.set('x-csrftoken', csrf)
  extra.forEach((value, name) => headers.set(name, value))

  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(params) })
  const body = await response.text()
  try {
    return JSON.parse(body) as ExecutionResult
  } catch {
    // A proxy's error page, for one.
    throw new Error(`The server answered ${response.status}, and not in JSON.`)
  }
}
