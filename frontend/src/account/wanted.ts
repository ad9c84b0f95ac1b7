// Where somebody wanted to go before they were asked who they are. It travels in the address, from screen to screen.
import { FORGOTTEN, HOME, LOG_IN, SIGN_UP } from '../app/paths'

const SCREENS = new Set<string>([LOG_IN, SIGN_UP, FORGOTTEN])

/** What to show when they are in. Only ever an address of this site: a link must not lead anybody out of it. */
export function wanted({ pathname, search }: Pick<Location, 'pathname' | 'search'>): string {
  if (!SCREENS.has(pathname) && !pathname.startsWith('/reset/')) return own(pathname + search)
  return own(new URLSearchParams(search).get('next') ?? HOME)
}

/** Read as a browser does, which takes `\` for `/` and leaves out tabs: `/\t/evil.test` is another site. */
function own(next: string): string {
  const base = 'http://own.invalid'
  if (!next.startsWith('/') || !URL.canParse(next, base)) return HOME
  const { origin, pathname, search } = new URL(next, base)
  return origin === base && !pathname.startsWith('//') ? pathname + search : HOME
}

/** The address of another of these screens, which knows as well. */
export function keeping(next: string, screen: string): string {
  return next === HOME ? screen : `${screen}?${new URLSearchParams({ next })}`
}
