// A mutation as one question with one answer: what it made, or a problem in words that can be shown.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core'
import i18next from 'i18next'
import { useCallback, useState } from 'react'
import type { OperationContext } from 'urql'

import { client } from './client'
import { doubt } from './doubt'
import type { FieldProblemCode, ProblemCode } from './generated'

/** `UNREACHABLE`: nobody answered, so it may or may not have been done. `BROKEN`: the fault is not the viewer's. */
export type Problem = {
  readonly code: ProblemCode | 'UNREACHABLE' | 'BROKEN'
  readonly detail: string
  readonly fields?: readonly FieldProblem[]
  readonly retryAfterMs?: number
  readonly lastSeenAt?: string | null
}

export type FieldProblem = {
  readonly path: readonly string[]
  readonly code: FieldProblemCode
  readonly detail: string
}

export type Outcome<Payload> =
  | { readonly payload: Payload; readonly problem?: never }
  | { readonly payload?: never; readonly problem: Problem }

/** Of a mutation's only root field, all but the problems. */
export type PayloadOf<Data> = Exclude<Data[keyof Data], { readonly code: ProblemCode }>

const underWay = new Set<Promise<unknown>>()

export async function act<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  context?: Partial<OperationContext>,
): Promise<Outcome<PayloadOf<Data>>> {
  const asked = outcomeOf(document, variables, context)
  underWay.add(asked)
  const outcome = await asked
  underWay.delete(asked)
  if (outcome.problem?.code === 'UNAUTHENTICATED') doubt()
  return outcome
}

/** When there is an answer to all that was asked. */
export async function answered(): Promise<void> {
  while (underWay.size) await Promise.all(underWay)
}

async function outcomeOf<Data, Variables extends object>(
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  context?: Partial<OperationContext>,
): Promise<Outcome<PayloadOf<Data>>> {
  const { data, error } = await client.mutation(document, variables, context).toPromise()
  if (data) {
    const [result] = Object.values(data as Record<string, unknown>)
    return isProblem(result) ? { problem: result } : { payload: result as PayloadOf<Data> }
  }
  if (error?.networkError) return { problem: { code: 'UNREACHABLE', detail: i18next.t('api:unreachable') } }
  const refusal = error?.graphQLErrors[0]
  const detail = refusal?.message ?? i18next.t('api:broken')
  // Refused before it was begun: the server has too much to do, or does not know who we are any more.
  const { code, retryAfterMs } = (refusal?.extensions ?? {}) as Partial<Problem>
  if (code === 'UNAUTHENTICATED') return { problem: { code, detail } }
  if (code === 'RATE_LIMITED') return { problem: { code, detail, retryAfterMs: retryAfterMs ?? 1_000 } }
  return { problem: { code: 'BROKEN', detail } }
}

/** The same for a form: `busy` while it is under way, `problem` until the next attempt. */
export function useAct<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const run = useCallback(
    async (variables: Variables): Promise<PayloadOf<Data> | undefined> => {
      setBusy(true)
      const outcome = await act(document, variables)
      setProblem(outcome.problem)
      setBusy(false)
      return outcome.payload
    },
    [document],
  )
  return { run, busy, problem, setProblem }
}

/** What to show beside the field of the input that has this path. */
export function fieldDetail(problem: Problem | undefined, path: string): string | undefined {
  return problem?.fields?.find((field) => field.path.join('.') === path)?.detail
}

function isProblem(result: unknown): result is Problem {
  return result instanceof Object && 'code' in result && 'detail' in result
}
