// Makes the texts ready before anything is drawn.
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

import { formatFor } from './format'
import { type Language, remembered, speak } from './language'

export async function begin(): Promise<void> {
  await i18next.use(initReactI18next).init({
    fallbackLng: false,
    defaultNS: 'app',
    interpolation: { escapeValue: false }, // React does
    resources: {},
  })
  // {{count, number}}: in the digits of the language.
  i18next.services.formatter?.add('number', (value, language) =>
    formatFor(language as Language).number(value),
  )
  await speak(remembered())
}
