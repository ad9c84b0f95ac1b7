// Who is typing. It keeps its place when nobody is, so that nothing moves.
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { useNameOf } from '../../design/PersonName'
import type { Person } from './state'
import classes from './TypingLine.module.css'

export const TypingLine = memo(function TypingLine({ people }: { people: readonly Person[] }) {
  const { t } = useTranslation('room')
  const nameOf = useNameOf()
  const [one, two] = people
  const name = one ? nameOf(one) : ''
  const other = two ? nameOf(two) : ''
  return (
    <div className={classes.line} data-busy={one ? true : undefined}>
      {one && (
        <>
          <span className={classes.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
          <span>
            {!two
              ? t('typing.one', { name })
              : people.length === 2
                ? t('typing.two', { name, other })
                : t('typing.many', { count: people.length })}
          </span>
        </>
      )}
    </div>
  )
})
