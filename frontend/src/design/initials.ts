// What stands for a person who shows no picture: letters of their name, and a colour made from their id.

/** The first letter of the first and of the last word. They never join, as Arabic letters would. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words
  return ends.map((word) => firstLetter(word ?? '')).join('\u200c')
}

/** Degrees on the colour circle. */
export function hueOf(id: string): number {
  let hash = 0
  for (const character of id) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) | 0
  // Neighbouring numbers become colours that are far apart: this is the golden angle.
  return Math.round((Math.abs(hash) * 137.508) % 360)
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstLetter(word: string): string {
  const [first] = graphemes.segment(word.replace(/^[^\p{L}\p{N}]+/u, ''))
  const letter = first?.segment ?? ''
  // Georgian capitals are only for whole words.
  return /\p{Script=Georgian}/u.test(letter) ? letter : letter.toUpperCase()
}
