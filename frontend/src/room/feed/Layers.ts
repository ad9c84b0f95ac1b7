// A map that is never changed, of which a changed copy costs little however much is in it: a room of ten thousand
// messages is told of fifty a second. What is new lies in a small layer on top of a large one that copies share.

const THICK = 256

export class Layers<K, V> implements ReadonlyMap<K, V> {
  readonly #below: ReadonlyMap<K, V>
  readonly #above: ReadonlyMap<K, V>
  readonly size: number

  constructor(below: ReadonlyMap<K, V> = new Map(), above: ReadonlyMap<K, V> = new Map()) {
    this.#below = below
    this.#above = above
    this.size = below.size
    for (const key of above.keys()) if (!below.has(key)) this.size++
  }

  /** The same with these entries, each in the place of the one with its key, or behind all others. */
  with(entries: Iterable<readonly [K, V]>): Layers<K, V> {
    const above = new Map(this.#above)
    for (const [key, value] of entries) above.set(key, value)
    return above.size < THICK
      ? new Layers(this.#below, above)
      : new Layers(new Map([...this.#below, ...above]))
  }

  get(key: K): V | undefined {
    return this.#above.get(key) ?? this.#below.get(key)
  }

  has(key: K): boolean {
    return this.#above.has(key) || this.#below.has(key)
  }

  *entries(): MapIterator<[K, V]> {
    for (const [key, value] of this.#below) yield [key, this.#above.get(key) ?? value]
    for (const [key, value] of this.#above) if (!this.#below.has(key)) yield [key, value]
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  forEach(visit: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this)
  }
}
