// Puts a text on the clipboard, and says for a moment that it has.
import { Button, type ButtonProps } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { copy } from './copy'

const SAID_MS = 2_000

export function CopyButton({ text, ...rest }: ButtonProps & { text: string }) {
  const { t } = useTranslation('design')
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  return (
    <Button {...rest} onClick={async () => setCopied(await copy(text))}>
      {isCopied ? t('copied') : t('copy')}
    </Button>
  )
}
