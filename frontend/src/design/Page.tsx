// A screen of sections, one under the other, as wide as text is read well.
import { Group, Stack, Title } from '@mantine/core'
import type { ReactNode } from 'react'

import { Back } from './Back'
import classes from './Page.module.css'

export function Page({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.scroll}>
      <Stack className={classes.page} gap="lg">
        <Group gap="xs" wrap="nowrap">
          <Back />
          <Title order={1} size="h2">
            {title}
          </Title>
        </Group>
        {children}
      </Stack>
    </div>
  )
}
