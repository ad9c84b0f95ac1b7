// A part of a page about one thing, under its own heading.
import { Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useId } from 'react'

import classes from './Section.module.css'

type Props = {
  title: string
  /** What it is about, in a sentence. */
  about?: string
  isDangerous?: boolean
  children: ReactNode
}

export function Section({ title, about, isDangerous = false, children }: Props) {
  const heading = useId()
  return (
    <section className={classes.section} aria-labelledby={heading} data-dangerous={isDangerous || undefined}>
      <Stack gap={4} mb="md">
        <Title order={2} size="h4" id={heading}>
          {title}
        </Title>
        {about && (
          <Text size="sm" c="dimmed">
            {about}
          </Text>
        )}
      </Stack>
      {children}
    </section>
  )
}
