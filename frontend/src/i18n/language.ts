// Which of the four languages the page speaks: the browser's to begin with, then the profile's.
import i18next from 'i18next'

import { createStore } from '../api/store'

export const LANGUAGES = ['en', 'fa', 'ru', 'ka'] as const
export type Language = (typeof LANGUAGES)[number]

/** In itself, so that whoever looks for it can read it. */
export const NAMES: Record<Language, string> = {
  en: 'English',
  fa: 'فارسی',
  ru: 'Русский',
  ka: 'ქართული',
}

export const currentLanguage = createStore<Language>('en')

const CHOSEN = 'chaikhana.language'
// Every feature folder brings its own texts: the folder's name is the namespace. All of a language are one file.
const texts: Record<Language, () => Promise<{ readonly default: Readonly<Record<string, object>> }>> = {
  en: () => import('./languages/en'),
  fa: () => import('./languages/fa'),
  ru: () => import('./languages/ru'),
  ka: () => import('./languages/ka'),
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'fa' ? 'rtl' : 'ltr'
}

/** The first of the reader's languages that is ours; English if none is. */
export function preferred(wanted: readonly string[], chosen?: string | null): Language {
  for (const each of [chosen ?? '', ...wanted]) {
    const found = LANGUAGES.find((language) => language === each.toLowerCase().split('-')[0])
    if (found) return found
  }
  return 'en'
}

/** Load a language and put the whole page into it; it is remembered for whoever is not logged in. */
export async function speak(language: Language): Promise<void> {
  const loaded = await texts[language]()
  for (const [path, words] of Object.entries(loaded.default))
    i18next.addResourceBundle(language, path.split('/')[2] ?? '', words, true, true)
  await i18next.changeLanguage(language)
  localStorage.setItem(CHOSEN, language)
  document.documentElement.lang = language
  document.documentElement.dir = directionOf(language)
  currentLanguage.set(language)
}

/** What was spoken here before, or else what the browser asks for. */
export function remembered(): Language {
  return preferred(navigator.languages, localStorage.getItem(CHOSEN))
}
