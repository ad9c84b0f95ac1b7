// `fetch` for what takes a while to send: it tells how much of it has gone, which the browser's own cannot.

/** A connection that has died says nothing; one that is slow, or a server that has much to do, goes on before long. */
export const SILENCE_MS = 30_000

/**
 * `onSent` is told a share between 0 and 1. Whoever aborts is answered as if nobody could be reached, and so is who
 * waits for what does not go on.
 */
export function fetchTelling(onSent: (share: number) => void, { signal }: AbortController): typeof fetch {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open(init?.method ?? 'GET', String(url))
      new Headers(init?.headers).forEach((value, name) => request.setRequestHeader(name, value))
      let silence: ReturnType<typeof setTimeout> | undefined
      const goOn = () => {
        clearTimeout(silence)
        silence = setTimeout(() => request.abort(), SILENCE_MS)
      }
      request.upload.onprogress = ({ loaded, total }) => {
        goOn()
        onSent(total && loaded / total)
      }
      request.onprogress = goOn
      request.onloadend = () => clearTimeout(silence)
      request.onload = () => {
        const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' }
        resolve(new Response(request.responseText, { status: request.status, headers }))
      }
      request.onerror = request.onabort = () => reject(new TypeError('Nothing was answered.'))
      signal.addEventListener('abort', () => request.abort())
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      goOn()
      request.send(init?.body as XMLHttpRequestBodyInit | undefined)
    })
}
