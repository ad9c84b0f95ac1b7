// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { LANGUAGES } from './language'

let made = 0

class Counted extends Intl.DateTimeFormat {
  constructor(...how: ConstructorParameters<typeof Intl.DateTimeFormat>) {
    super(...how)
    made += 1
  }
}

beforeEach(() => {
  vi.stubGlobal('Intl', Object.assign(Object.create(Intl), { DateTimeFormat: Counted }))
  vi.resetModules()
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it.each(LANGUAGES)('a date is written by what was made for the first one, in %s', async (language) => {
  const { formatFor } = await import('./format')
  const write = (day: number) => {
    const at = new Date(2025, 2, day, 14, 5)
    const { time, day: dayOf, date, short, moment } = formatFor(language)
    return [time, dayOf, date, short, moment].map((words) => words(at))
  }
  const first = write(1)
  made = 0
  const second = write(2)
  expect(made).toBe(0)
  expect(second.slice(1)).not.toEqual(first.slice(1))
})
