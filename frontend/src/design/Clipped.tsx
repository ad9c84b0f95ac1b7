// Words of somebody on one line: cut off at their own end, whichever way they are written, and standing where all
// else on the line begins.
import type { ReactNode } from 'react'

import classes from './Clipped.module.css'

type Props = { className?: string | undefined; children: ReactNode }

export function Clipped({ className = '', children }: Props) {
  return (
    <span className={`${classes.line} ${className}`}>
      <span dir="auto" className={classes.words}>
        {children}
      </span>
    </span>
  )
}
