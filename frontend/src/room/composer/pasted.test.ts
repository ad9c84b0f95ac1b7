import { expect, test } from 'vitest'

import { pastedFiles } from './pasted'

test.each([
  ['a picture from a page', '', ['image.png']],
  ['a file, which has its name beside it', 'menu.txt', ['menu.txt']],
  ['several files, with all their names', 'café.txt\rmenu.txt\r', ['cafe\u0301.txt', 'menu.txt']],
])('%s is attached', (_, text, names) => {
  expect(pastedFiles(clipboard(text, names)).map(({ name }) => name)).toEqual(names)
})

test.each([
  ['words', 'salam', []],
  ['words of which there is a picture too', 'salam\nchai?', ['image.png']],
  ['words that name a file and say more', 'menu.txt\nis here', ['menu.txt']],
])('%s are written', (_, text, names) => {
  expect(pastedFiles(clipboard(text, names))).toEqual([])
})

function clipboard(text: string, names: readonly string[]): DataTransfer {
  const files = names.map((name) => new File(['tea'], name))
  return { files, getData: () => text } as unknown as DataTransfer
}
