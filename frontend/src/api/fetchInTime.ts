// `fetch` for questions that somebody waits for: a connection may die without a word, and then there is no answer, and
// no error either.

/** After this time nobody waits any more. */
export const ANSWER_MS = 10_000

/** Where there is no answer in time, it is as if nobody could be reached. */
export const fetchInTime: typeof fetch = (url, init) => {
  const patience = new AbortController()
  const end = () => patience.abort()
  setTimeout(end, ANSWER_MS)
  init?.signal?.addEventListener('abort', end)
  return fetch(url, { ...init, signal: patience.signal })
}
