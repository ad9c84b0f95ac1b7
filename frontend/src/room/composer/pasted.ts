// What is pasted: words, or files.

/** The files, where they are what was copied, and not what comes along with words. */
export function pastedFiles(clipboard: DataTransfer): readonly File[] {
  const files = [...clipboard.files]
  const lines = clipboard.getData('text/plain').split(/[\r\n]+/)
  // From a word processor a picture of the text comes along with it; and with a file, its name.
  const names = new Set(['', ...files.map(({ name }) => name.normalize())])
  return lines.every((line) => names.has(line.normalize())) ? files : []
}
