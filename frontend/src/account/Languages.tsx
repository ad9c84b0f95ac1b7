// The page in another language, for whoever has no profile yet that says which.
import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useStore } from '../api/store'
import { currentLanguage, LANGUAGES, NAMES, speak } from '../i18n/language'
import classes from './Languages.module.css'

export function Languages() {
  const { t } = useTranslation('account')
  const current = useStore(currentLanguage)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form's fields
    <div className={classes.languages} role="group" aria-label={t('language')}>
      {LANGUAGES.map((language) => (
        <UnstyledButton
          key={language}
          className={classes.language}
          lang={language}
          aria-pressed={language === current}
          onClick={() => void speak(language)}
        >
          {NAMES[language]}
        </UnstyledButton>
      ))}
    </div>
  )
}
