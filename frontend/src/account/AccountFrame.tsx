// What stands around the screens of somebody who is not in yet: the house's sign, a form, and the languages.
import { Alert, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'

import type { Problem } from '../api/act'
import classes from './AccountFrame.module.css'
import { Languages } from './Languages'

type Props = {
  title: string
  about?: string | undefined
  /** Of the last attempt. `beside`: it is told beside a field already. */
  problem?: Problem | undefined
  beside?: boolean
  onSubmit?: ((values: ReadonlyMap<string, string>) => void) | undefined
  /** Below the form: where else one may have wanted to go. */
  footer: ReactNode
  children: ReactNode
}

export function AccountFrame({ title, about, problem, beside, onSubmit, footer, children }: Props) {
  const { t } = useTranslation('account')
  const form = useRef<HTMLFormElement>(null)

  useEffect(() => {
    document.title = `${title} · ${t('name')}`
  }, [title, t])

  // Whoever follows a link to here by keys goes on from the first field; on a phone, its keyboard would cover half of it.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) form.current?.querySelector('input')?.focus()
  }, [])

  useEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [problem])

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    onSubmit?.(valuesOf(event.currentTarget))
  }

  return (
    <main className={classes.screen}>
      <Stack className={classes.card} gap="lg">
        <img
          className={classes.sign}
          src={`${import.meta.env.BASE_URL}favicon.svg`}
          alt=""
          width={72}
          height={72}
        />
        <Stack gap={4} ta="center">
          <Title order={1} size="h2">
            {title}
          </Title>
          {about && <Text c="dimmed">{about}</Text>}
        </Stack>
        <form ref={form} className={classes.form} onSubmit={submit} noValidate>
          <Stack gap="md">
            {problem && !beside && (
              <Alert color="red" role="alert" py="sm">
                {problem.detail}
              </Alert>
            )}
            {children}
          </Stack>
        </form>
        {footer}
        <Languages />
      </Stack>
    </main>
  )
}

function valuesOf(form: HTMLFormElement): ReadonlyMap<string, string> {
  return new Map([...new FormData(form)].map(([name, value]) => [name, String(value)]))
}
