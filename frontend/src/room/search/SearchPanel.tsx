// Looks for words in all that was said in the room; what is found leads there.
import { Button, Stack, Text, TextInput, UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { memo, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useClient } from 'urql'

import { SearchMessagesDocument, type SearchMessagesQuery } from '../../api/generated'
import { useShortcut } from '../../app/shortcuts'
import { PersonAvatar } from '../../design/Avatar'
import { Loading } from '../../design/Loading'
import { PersonName } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import classes from './SearchPanel.module.css'

type Found = NonNullable<SearchMessagesQuery['room']>['messages']['nodes'][number]
type Results = {
  readonly words: string
  /** The newest first. */
  readonly found: readonly Found[]
  readonly before: string | null
}

const PAUSE_MS = 250
const LONGEST = 200

type Props = { room: string; onOpen: (message: string) => void }

export const SearchPanel = memo(function SearchPanel({ room, onOpen }: Props) {
  const { t } = useTranslation('room')
  const client = useClient()
  const [words, setWords] = useState('')
  const [results, setResults] = useState<Results | null>(null)
  const [problem, setProblem] = useState('')
  const wanted = words.trim()
  /** How many questions were asked: only the last one's answer counts. */
  const asked = useRef(0)
  const box = useRef<HTMLInputElement>(null)

  // What opens the search leads into its box while it is open.
  useShortcut('mod+shift+f', t('head.search'), () => box.current?.focus())

  async function search(before: Results | null) {
    asked.current += 1
    const mine = asked.current
    const { data, error } = await client
      .query(
        SearchMessagesDocument,
        { room, matching: wanted, before: before?.before ?? null },
        { requestPolicy: 'network-only' },
      )
      .toPromise()
    if (mine !== asked.current) return
    const page = data?.room?.messages
    setProblem(page ? '' : (error?.graphQLErrors[0]?.message ?? t('search.unreachable')))
    if (!page) return
    setResults({
      words: wanted,
      found: [...(before?.found ?? []), ...page.nodes.toReversed()],
      before: page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null,
    })
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: another search is begun by other words alone
  useEffect(() => {
    setProblem('')
    asked.current += 1
    if (!wanted) return setResults(null)
    const timer = setTimeout(() => void search(null), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [room, wanted])

  const isBusy = wanted !== '' && results?.words !== wanted && !problem
  return (
    <Stack gap="sm">
      <TextInput
        ref={box}
        type="search"
        data-autofocus
        autoFocus
        aria-label={t('search.label')}
        placeholder={t('search.label')}
        leftSection={<IconSearch size={16} aria-hidden />}
        maxLength={LONGEST}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <div role="status" className={classes.status}>
        {problem ||
          (!wanted && t('search.about')) ||
          (!isBusy && results?.found.length === 0 && t('search.nothing'))}
      </div>
      {isBusy && <Loading />}
      {results && wanted && (
        <ul className={classes.list}>
          {results.found.map((found) => (
            <FoundLine key={found.id} found={found} onOpen={onOpen} />
          ))}
        </ul>
      )}
      {results?.before && results.words === wanted && (
        <Button variant="subtle" onClick={() => void search(results)}>
          {t('more')}
        </Button>
      )}
    </Stack>
  )
})

function FoundLine({
  found: { id, body, sentAt, author },
  onOpen,
}: {
  found: Found
  onOpen: (id: string) => void
}) {
  const format = useFormat()
  return (
    <li>
      <UnstyledButton className={classes.found} onClick={() => onOpen(id)}>
        <PersonAvatar person={author} size={28} />
        <span className={classes.said}>
          <span className={classes.head}>
            <PersonName person={author} />
            <time dateTime={sentAt}>{format.moment(new Date(sentAt))}</time>
          </span>
          <Text component="span" size="sm" dir="auto" lineClamp={3} className={classes.body}>
            {body}
          </Text>
        </span>
      </UnstyledButton>
    </li>
  )
}
