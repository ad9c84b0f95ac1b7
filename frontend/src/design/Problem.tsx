// What went wrong with a form as a whole. What is wrong with one field stands beside it.
import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'

import type { Problem } from '../api/act'

export function ProblemNote({ problem }: { problem: Problem | undefined }) {
  if (!problem || problem.fields?.length) return null
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle aria-hidden />} role="alert">
      {problem.detail}
    </Alert>
  )
}
