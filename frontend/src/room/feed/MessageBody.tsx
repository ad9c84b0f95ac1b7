// What somebody wrote: plain text in its own direction, with its newlines, links and names.
import { Fragment, memo, type ReactNode, useMemo } from 'react'

import { type Mentioned, type Part, partsOf } from './body'
import classes from './MessageBody.module.css'

type Props = {
  body: string
  mentions?: readonly Mentioned[]
  viewer: string
  /** Stands at the end of the last line, if there is room. */
  children?: ReactNode
}

const NOBODY: readonly Mentioned[] = []
/** A few emoji and nothing else are drawn large. */
const EMOJI =
  /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200d|\ufe0f|\s){1,16}$/u

export const MessageBody = memo(function MessageBody({ body, mentions = NOBODY, viewer, children }: Props) {
  const parts = useMemo(() => partsOf(body, mentions), [body, mentions])
  return (
    <p className={classes.body} dir="auto" data-large={EMOJI.test(body) || undefined}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
        <Fragment key={index}>{show(part, viewer)}</Fragment>
      ))}
      {children}
    </p>
  )
})

function show(part: Part, viewer: string): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'link':
      return (
        <a className={classes.link} href={part.href} target="_blank" rel="noopener noreferrer" dir="auto">
          {part.text}
        </a>
      )
    case 'mention':
      return (
        <bdi className={classes.mention} data-mine={part.person === viewer || undefined}>
          {part.text}
        </bdi>
      )
  }
}
