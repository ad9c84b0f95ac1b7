// "Saved", for a moment, where it was asked for.
import { Text } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

const SHOWN_MS = 4_000

export function useSaved(): [isSaved: boolean, tell: () => void] {
  const [at, setAt] = useState(0)
  useEffect(() => {
    if (!at) return
    const timer = setTimeout(() => setAt(0), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [at])
  return [at > 0, useCallback(() => setAt(Date.now()), [])]
}

export function Saved({ isShown }: { isShown: boolean }) {
  const { t } = useTranslation('design')
  return (
    <Text size="sm" c="dimmed" role="status">
      {isShown && t('saved')}
    </Text>
  )
}
