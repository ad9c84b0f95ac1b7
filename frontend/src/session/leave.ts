// The way out. What somebody had begun to write is theirs, and this may be a machine of many: with them it goes from
// here, too. Whoever is only logged out by the server will be back, and finds it where it was.
import { HOME } from '../app/paths'

/** To the door, as nobody: nothing of who was here stays in the page, or in the browser. */
export function leave(viewer: string): void {
  for (const storage of [localStorage, sessionStorage]) forget(viewer, storage)
  location.assign(HOME)
}

/** What is kept for one person is named `chaikhana.what.whose.which`. */
function forget(viewer: string, storage: Storage): void {
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
  for (const name of names) {
    const [house, , whose, which] = name.split('.')
    if (house === 'chaikhana' && whose === viewer && which !== undefined) storage.removeItem(name)
  }
}
