// Parts of the page that are loaded apart from it: when they are first drawn, or before that, when the page is quiet.
import i18next from 'i18next'
import { type ComponentType, use } from 'react'

import { tell } from './notices'

/** For so long after the last part was made known, the page has better things to load. */
const QUIET_MS = 5_000
/** What could not be loaded is tried again after so long, or as soon as the browser is online. */
const AGAIN_MS = 10_000

type Load<Part> = () => Promise<Part>

const ahead: Load<unknown>[] = []
let isAhead = false
let quiet: ReturnType<typeof setTimeout> | undefined

/** A part of a screen. For as long as it cannot be loaded it suspends, and the rest of the screen stays as it is. */
export function later<Props extends object>(load: Load<ComponentType<Props>>): ComponentType<Props> {
  return drawn(load, insist)
}

/** A whole screen. If it cannot be loaded, that is an error, for the boundary around it. */
export function laterScreen<Props extends object>(load: Load<ComponentType<Props>>): ComponentType<Props> {
  return drawn(load, (bring) => bring())
}

/** From now on, what may be wanted is here before it is, also when the connection is lost then. */
export function loadPartsAhead(): void {
  isAhead = true
  addEventListener('online', loadAhead)
  loadAhead()
}

/** Once it is here it is drawn at once; until then it suspends. */
function drawn<Props extends object>(
  load: Load<ComponentType<Props>>,
  wait: (bring: Load<ComponentType<Props>>) => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let coming: Promise<ComponentType<Props>> | undefined

  async function bring(): Promise<ComponentType<Props>> {
    const value = await load()
    // Before it is wanted: `use` looks for this, and does not wait where it is said.
    coming ??= Object.assign(Promise.resolve(value), { status: 'fulfilled', value })
    return value
  }

  function once(): Promise<ComponentType<Props>> {
    if (!coming) {
      coming = wait(bring)
      // An error stays for long enough to be seen; whoever draws it after that tries again.
      coming.catch(() => chance().then(() => (coming = undefined)))
    }
    return coming
  }
  ahead.push(bring)
  loadAhead()
  // biome-ignore lint/correctness/noComponentHookFactories: as React's `lazy`, it is called by modules, not by components
  return function Later(props: Props) {
    const Here = use(once())
    return <Here {...props} />
  }
}

/** Until it is here. Where the browser remembers that it failed, or the server has another build, only a new page helps. */
async function insist<Part>(bring: Load<Part>): Promise<Part> {
  for (let isTold = false; ; isTold = true) {
    try {
      return await bring()
    } catch {
      if (!isTold) tell(i18next.t('design:notLoaded'))
      await chance()
    }
  }
}

/** When it is worth while to try again. */
function chance(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, AGAIN_MS)
    addEventListener('online', end)
    function end() {
      clearTimeout(timer)
      removeEventListener('online', end)
      resolve()
    }
  })
}

/** What cannot be had now is left for when the browser is online: some never try again what has failed once. */
function loadAhead(): void {
  if (!isAhead) return
  clearTimeout(quiet)
  quiet = setTimeout(async () => {
    if (!navigator.onLine) return
    const missing: Load<unknown>[] = []
    for (let load = ahead.shift(); load; load = ahead.shift()) {
      try {
        await load()
      } catch {
        missing.push(load)
      }
    }
    ahead.push(...missing)
  }, QUIET_MS)
}
