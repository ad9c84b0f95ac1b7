// Whoever closes what took the focus is where they were when it opened.
import { useEffect, useState } from 'react'

/** For what is only there while it is open. */
export function useReturnFocus(): void {
  // Found before it is drawn: a menu that closes at the same time takes the focus out of the page with it.
  const [opener] = useState(() => openerOf(document.activeElement))
  useEffect(() => () => opener?.focus({ preventScroll: true }), [opener])
}

/** Where one was before a menu is the menu's button. */
function openerOf(active: Element | null): HTMLElement | null {
  const menu = active?.closest('[role="menu"]')
  const opener = menu ? document.getElementById(menu.getAttribute('aria-labelledby') ?? '') : active
  return opener instanceof HTMLElement ? opener : null
}
