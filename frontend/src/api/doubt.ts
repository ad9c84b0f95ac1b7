// Whether the viewer is still who the page thinks. The server refuses nobody's questions, and ends the connections of a
// session that is over: who hears of that says so here, and the session is asked anew.
import { createStore } from './store'

/** How often there was a reason. */
export const doubts = createStore(0)

export function doubt(): void {
  doubts.set(doubts.get() + 1)
}
