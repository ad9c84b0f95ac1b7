// A password, which can be looked at while it is typed.
import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import classes from './Password.module.css'

export function Password(props: PasswordInputProps) {
  const { t } = useTranslation('design')
  return (
    <PasswordInput
      {...props}
      required
      withAsterisk={false}
      classNames={{ innerInput: classes.typed }}
      // Mantine marks what is wrong with it for the eye alone.
      aria-invalid={Boolean(props.error)}
      visibilityToggleButtonProps={{ 'aria-label': t('showPassword'), tabIndex: 0 }}
    />
  )
}
