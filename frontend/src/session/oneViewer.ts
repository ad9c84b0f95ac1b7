// One page speaks for one person. All pages of a browser share a cookie: when somebody else logs in on another one,
// what is written here must not be said in their name.
import { useEffect } from 'react'

import { forget } from './forget'

const KEY = 'chaikhana.viewer'
let known: string | undefined

/** For as long as this is who the page knows; it begins anew when it is anybody else. */
export function useOneViewer(viewer: string | undefined): void {
  useEffect(() => {
    if (!viewer) return
    localStorage.setItem(KEY, viewer)
    if (known && known !== viewer) return location.reload()
    known = viewer
    const onStorage = ({ key, newValue }: StorageEvent) => {
      if (key !== KEY || newValue === viewer) return
      // They have left: what this page alone can forget goes with them.
      if (newValue === null) forget(viewer, sessionStorage)
      location.reload()
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }, [viewer])
}

/** Every page of this browser that is theirs begins anew, as nobody's. */
export function beNobody(viewer: string): void {
  if (localStorage.getItem(KEY) === viewer) localStorage.removeItem(KEY)
}

/** Whether they have not left since, and nobody else has logged in, on any page of this browser. */
export function isStillHere(): boolean {
  return !known || localStorage.getItem(KEY) === known
}
