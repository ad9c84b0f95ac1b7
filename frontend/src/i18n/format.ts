// Dates and numbers as the language writes them: in Farsi the Solar Hijri calendar and Persian digits, in Georgian
// names of our own, because Chromium has none for it.

import { useStore } from '../api/store'
import { currentLanguage, type Language } from './language'

const TAGS: Record<Language, string> = {
  en: 'en-GB',
  fa: 'fa-IR-u-ca-persian-nu-arabext',
  ru: 'ru-RU',
  // For digits and the order of a clock; the words are below.
  ka: 'en-GB',
}

const KA_MONTHS = [
  'იანვარი',
  'თებერვალი',
  'მარტი',
  'აპრილი',
  'მაისი',
  'ივნისი',
  'ივლისი',
  'აგვისტო',
  'სექტემბერი',
  'ოქტომბერი',
  'ნოემბერი',
  'დეკემბერი',
]
const KA_WEEKDAYS = ['კვირა', 'ორშაბათი', 'სამშაბათი', 'ოთხშაბათი', 'ხუთშაბათი', 'პარასკევი', 'შაბათი']

export type Format = {
  /** 14:05 */
  time(at: Date): string
  /** Monday, 2 March 2026; without the year if it is this one. */
  day(at: Date, today?: Date): string
  /** 2 March 2026 */
  date(at: Date): string
  /** Where there is little room: 14:05 if it is today, else 2 Mar, with the year if it is another. */
  short(at: Date, today?: Date): string
  /** 2 March 2026, 14:05 */
  moment(at: Date): string
  /** 12 345 */
  number(value: number): string
  /** 42%, of a share between 0 and 1 */
  percent(share: number): string
  /** 1.2 MB */
  bytes(value: number): string
}

const formats = new Map<Language, Format>()

export function formatFor(language: Language): Format {
  const format = formats.get(language) ?? make(language)
  formats.set(language, format)
  return format
}

export function useFormat(): Format {
  return formatFor(useStore(currentLanguage))
}

function make(language: Language): Format {
  const tag = TAGS[language]
  const clock = new Intl.DateTimeFormat(tag, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const numbers = new Intl.NumberFormat(tag)
  // Georgian separates thousands by a space, and decimals by a comma; the browser does not know.
  const number = (value: number) =>
    language === 'ka'
      ? numbers.format(value).replaceAll(',', '\u00a0').replace('.', ',')
      : numbers.format(value)
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 })
  const tenth = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })
  const small = (value: number) =>
    language === 'ka' ? tenth.format(value).replace('.', ',') : tenth.format(value)

  /** To make one costs more than all the rest of a line that is dated. */
  const dates = new Map<string, Intl.DateTimeFormat>()
  const date = (at: Date, weekday: boolean, year: boolean, month: 'long' | 'short' = 'long') => {
    if (language === 'ka') {
      const name = KA_MONTHS[at.getMonth()] ?? ''
      const words = `${at.getDate()} ${month === 'long' ? name : `${name.slice(0, 3)}.`}${year ? `, ${at.getFullYear()}` : ''}`
      return weekday ? `${KA_WEEKDAYS[at.getDay()]}, ${words}` : words
    }
    const kind = `${weekday} ${year} ${month}`
    const format =
      dates.get(kind) ??
      new Intl.DateTimeFormat(tag, {
        day: 'numeric',
        month,
        ...(weekday && { weekday: 'long' }),
        ...(year && { year: 'numeric' }),
      })
    dates.set(kind, format)
    return format.format(at)
  }

  return {
    time: (at) => clock.format(at),
    day: (at, today = new Date()) => date(at, true, at.getFullYear() !== today.getFullYear()),
    date: (at) => date(at, false, true),
    short: (at, today = new Date()) =>
      at.toDateString() === today.toDateString()
        ? clock.format(at)
        : date(at, false, at.getFullYear() !== today.getFullYear(), 'short'),
    moment: (at) => `${date(at, false, true)}${language === 'fa' ? '،' : ','} ${clock.format(at)}`,
    number,
    percent: (share) => percents.format(share),
    bytes(value) {
      const units = ['B', 'kB', 'MB', 'GB']
      const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3))
      return `\u2068${small(value / 1000 ** power)} ${units[power]}\u2069`
    },
  }
}
