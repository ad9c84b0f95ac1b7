// Whether this device tells of what happens elsewhere. Nothing is told until somebody asks for it.
import { createStore, type Store } from '../api/store'

/** Messages in other rooms, as a number in the title of the page. */
export const countsInTitle = remembered('chaikhana.title')
/** Notifications of the system, for as long as the browser allows them. */
export const notifies = remembered('chaikhana.notifications')

/** `insecure`: plain http from another device, where no browser can. `denied`: the reader has said no to it. */
export type Ability = 'possible' | 'insecure' | 'unsupported' | 'denied'

export function ability(): Ability {
  if (!isSecureContext) return 'insecure'
  if (!('Notification' in window)) return 'unsupported'
  return Notification.permission === 'denied' ? 'denied' : 'possible'
}

/** Ask the browser, which asks its user. */
export async function askToNotify(): Promise<Ability> {
  if (ability() !== 'possible') return ability()
  notifies.set((await Notification.requestPermission()) === 'granted')
  return ability()
}

function remembered(name: string): Store<boolean> {
  const store = createStore(localStorage.getItem(name) === 'on')
  store.subscribe(() => localStorage.setItem(name, store.get() ? 'on' : 'off'))
  return store
}
