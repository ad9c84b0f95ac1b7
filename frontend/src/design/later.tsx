// Parts of a screen that are loaded apart from it: when they are first drawn, or before that, when the page is quiet.
import { type ComponentType, use } from 'react'

/** For so long after the last part was made known, the page has better things to load. */
const QUIET_MS = 5_000

const ahead: (() => Promise<unknown>)[] = []
let isAhead = false
let quiet: ReturnType<typeof setTimeout> | undefined

/** Once it is here it is drawn at once; until then it suspends. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loading: Promise<ComponentType<Props>> | undefined

  function once(): Promise<ComponentType<Props>> {
    if (!loading) {
      loading = load()
      loading.then(
        // `use` looks for this, and does not wait where it is said.
        (value) => Object.assign(loading as object, { status: 'fulfilled', value }),
        // Whoever draws it anew tries again.
        () => setTimeout(() => (loading = undefined)),
      )
    }
    return loading
  }
  ahead.push(once)
  loadAhead()
  // biome-ignore lint/correctness/noComponentHookFactories: as React's `lazy`, it is called by modules, not by components
  return function Later(props: Props) {
    const Here = use(once())
    return <Here {...props} />
  }
}

/** From now on, what may be wanted is here before it is, also when the connection is lost then. */
export function loadPartsAhead(): void {
  isAhead = true
  loadAhead()
}

function loadAhead(): void {
  if (!isAhead) return
  clearTimeout(quiet)
  quiet = setTimeout(async () => {
    for (let load = ahead.shift(); load; load = ahead.shift()) await load().catch(() => {})
  }, QUIET_MS)
}
