// Whether what one sees is what is: quiet while it is, a line while it is not, and a word when it is again.
import { useNetwork } from '@mantine/hooks'
import { IconCheck, IconCloudOff, IconRefresh } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'

import { connection } from '../api/socket'
import { useStore } from '../api/store'
import { timesCaughtUp } from '../news/viewerEvents'
import classes from './ConnectionBanner.module.css'

type Word = 'nothing' | 'offline' | 'reconnecting' | 'back'

/** A blink of the connection is nobody's business. */
const PATIENCE_MS = 1_500
const BACK_MS = 2_500

export function ConnectionBanner() {
  const { t } = useTranslation('app')
  const word = useWord()
  const said = {
    nothing: null,
    offline: t('offline'),
    reconnecting: t('reconnecting'),
    back: t('back'),
  }
  const Icon = { nothing: null, offline: IconCloudOff, reconnecting: IconRefresh, back: IconCheck }[word]
  return (
    <div className={classes.banner} data-word={word} role="status">
      {Icon && (
        <span className={classes.line}>
          <Icon size={16} aria-hidden />
          {said[word]}
        </span>
      )}
    </div>
  )
}

function useWord(): Word {
  const isLost = useStore(connection) === 'lost'
  const { online } = useNetwork()
  const caughtUp = useStore(timesCaughtUp)
  const [word, setWord] = useState<Word>('nothing')

  useEffect(() => {
    if (!isLost) return
    const timer = setTimeout(() => setWord(online ? 'reconnecting' : 'offline'), online ? PATIENCE_MS : 0)
    return () => clearTimeout(timer)
  }, [isLost, online])

  // To be connected is not enough: what was missed has to be here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each time counts, also when nothing else is another
  useEffect(() => setWord((now) => (now === 'nothing' ? now : 'back')), [caughtUp])

  useEffect(() => {
    if (word !== 'back') return
    const timer = setTimeout(() => setWord('nothing'), BACK_MS)
    return () => clearTimeout(timer)
  }, [word])

  return word
}
