// Words for one person never become words for all: they are apart, and kept nowhere, not even here.
import { useRef, useState } from 'react'

import type { Problem } from '../../api/act'
import { newKey } from '../../outbox/key'
import { sendWhisper } from '../../whispers/whispers'
import type { Person } from '../feed/state'

const NOTHING = { to: '', text: '' }

export function useWhisper(room: string, person: Person | null) {
  const [secret, setSecret] = useState(NOTHING)
  const [isBusy, setBusy] = useState(false)
  const attempt = useRef({ words: '', key: '' })

  /** What is wrong, if it was not said. */
  async function say(recipient: string, body: string): Promise<Problem | undefined> {
    // The same words again are the same whisper, if only its answer was lost.
    const words = `${recipient} ${body}`
    if (attempt.current.words !== words) attempt.current = { words, key: newKey() }
    setBusy(true)
    const problem = await sendWhisper({ room, recipient, body, key: attempt.current.key })
    setBusy(false)
    if (problem) return problem
    attempt.current = { words: '', key: '' }
    setSecret(NOTHING)
    return undefined
  }

  return {
    text: person && secret.to === person.id ? secret.text : '',
    // Whoever turns away from it meanwhile can write to all.
    isBusy: isBusy && person !== null,
    write: (to: string, text: string) => setSecret({ to, text }),
    say,
  }
}
