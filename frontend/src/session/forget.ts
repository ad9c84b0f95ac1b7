// What a browser keeps for one person is named `chaikhana.what.whose.which`.

export function forget(viewer: string, storage: Storage): void {
  const names = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
  for (const name of names) {
    const [house, , whose, which] = name.split('.')
    if (house === 'chaikhana' && whose === viewer && which !== undefined) storage.removeItem(name)
  }
}
