// The way out. What somebody had begun to write is theirs, and this may be a machine of many: with them it goes from
// here, too. Whoever is only logged out by the server will be back, and finds it where it was.
import { HOME } from '../app/paths'
import { forget } from './forget'
import { beNobody } from './oneViewer'

/** To the door, as nobody: nothing of who was here stays in the page, or in the browser. Its other pages go, too. */
export function leave(viewer: string): void {
  beNobody(viewer)
  for (const storage of [localStorage, sessionStorage]) forget(viewer, storage)
  location.assign(HOME)
}
