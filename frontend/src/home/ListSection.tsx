// A part of the first screen: a heading, what may stand beside it, and a card.
import { Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

import classes from './ListSection.module.css'

type Props = { title: string; aside?: ReactNode; children: ReactNode }

export function ListSection({ title, aside, children }: Props) {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <div className={classes.head}>
        <Title order={2} size="h5" id={id}>
          {title}
        </Title>
        {aside}
      </div>
      <div className={classes.card}>{children}</div>
    </section>
  )
}
