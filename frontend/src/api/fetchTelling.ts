// `fetch` for what takes a while to send: it tells how much of it has gone, which the browser's own cannot.

/** `onSent` is told a share between 0 and 1. Whoever aborts is answered as if nobody could be reached. */
export function fetchTelling(onSent: (share: number) => void, { signal }: AbortController): typeof fetch {
  return (url, init) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open(init?.method ?? 'GET', String(url))
      new Headers(init?.headers).forEach((value, name) => request.setRequestHeader(name, value))
      request.upload.onprogress = ({ loaded, total }) => onSent(total && loaded / total)
      request.onload = () => {
        const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' }
        resolve(new Response(request.responseText, { status: request.status, headers }))
      }
      request.onerror = request.onabort = () => reject(new TypeError('Nothing was answered.'))
      signal.addEventListener('abort', () => request.abort())
      if (signal.aborted) reject(signal.reason)
      else request.send(init?.body as XMLHttpRequestBodyInit | undefined)
    })
}
