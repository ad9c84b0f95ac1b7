// What was whispered to the viewer, and by them, since this page was opened. It is kept nowhere else.
import { act, type Problem } from '../api/act'
import { fetchInTime } from '../api/fetchInTime'
import { SendWhisperDocument, type SendWhisperInput, type WhisperFieldsFragment } from '../api/generated'
import { createStore } from '../api/store'

export type Whisper = WhisperFieldsFragment

/** Of more, the oldest go. */
export const WHISPERS_MAX = 500

/** The newest last, each once. */
export const whispers = createStore<readonly Whisper[]>([])

/** It comes from the stream, and from the answer when it is the viewer's own: whichever is first. */
export function heard(whisper: Whisper): void {
  whispers.set(withWhisper(whispers.get(), whisper))
}

/** The same key for the same words: then it is shown once, however often it is tried. */
export async function sendWhisper(input: SendWhisperInput): Promise<Problem | undefined> {
  const { payload, problem } = await act(SendWhisperDocument, { input }, { fetch: fetchInTime })
  if (payload) heard(payload.whisper)
  return problem
}

export function withWhisper(known: readonly Whisper[], whisper: Whisper): readonly Whisper[] {
  if (known.some(({ id }) => id === whisper.id)) return known
  const place = known.findLastIndex(({ sentAt }) => sentAt <= whisper.sentAt) + 1
  return known.toSpliced(place, 0, whisper).slice(-WHISPERS_MAX)
}
