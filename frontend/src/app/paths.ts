// Where each screen is. Addresses of rooms and names of people are of any language, so they are encoded.
export const HOME = '/'
export const LOG_IN = '/log-in'
export const SIGN_UP = '/sign-up'
export const FORGOTTEN = '/forgotten'
export const RESET = '/reset/:user/:token'
export const ROOM = '/rooms/:address'
export const ROOM_SETTINGS = '/rooms/:address/settings'
export const PERSON = '/people/:username'
export const PROFILE = '/profile'
/** Not a screen of this page, but a page of its own. */
export const EXPLORER = '/graphql'

/** What stands at a place of a path, the first being 0, as it was before it was encoded. */
export function segmentOf(path: string, place: number): string {
  const segment = path.split('/')[place + 1] ?? ''
  try {
    return decodeURIComponent(segment)
  } catch {
    // Typed by hand: a sign of its own.
    return segment
  }
}

export function roomPath(address: string, at?: { message?: string; invitation?: string }): string {
  const query = new URLSearchParams(at).toString()
  return `/rooms/${encodeURIComponent(address)}${query && `?${query}`}`
}

export function roomSettingsPath(address: string): string {
  return `/rooms/${encodeURIComponent(address)}/settings`
}

export function personPath(username: string): string {
  return `/people/${encodeURIComponent(username)}`
}
