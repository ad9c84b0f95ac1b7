// The small print at the end of a message: when it was said, and what became of it.
import { useDirection } from '@mantine/core'
import type { ReactNode } from 'react'

import classes from './Row.module.css'

/** It stands where the text ends, in the text's direction; what it says is in the reader's. */
export function Aside({ children }: { children: ReactNode }) {
  const { dir } = useDirection()
  return (
    <span className={classes.aside}>
      <span className={classes.meta} dir={dir}>
        {children}
      </span>
    </span>
  )
}
