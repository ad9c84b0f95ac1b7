// Every text exists in every language, in all the forms that its plurals need, and is used.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'

import { LANGUAGES, type Language } from './language'

const SRC = join(import.meta.dirname, '..')
const PLURAL = /_(zero|one|two|few|many|other)$/

type Texts = Map<string, string>

function read(namespace: string, language: Language): Texts {
  const file = join(SRC, namespace, 'texts', `${language}.json`)
  return new Map(flat(JSON.parse(readFileSync(file, 'utf8')) as object))
}

function flat(texts: object, prefix = ''): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]: [string, unknown]) =>
    value instanceof Object ? flat(value, `${prefix}${key}.`) : [[`${prefix}${key}`, String(value)]],
  )
}

/** What code asks for: a key without the form of its plural. */
function keysOf(texts: Texts): string[] {
  return [...new Set([...texts.keys()].map((key) => key.replace(PLURAL, '')))].sort()
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? '').sort()
}

const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(SRC, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
const namespaces = files
  .filter((path) => path.endsWith('/texts/en.json'))
  .map((path) => dirname(dirname(path)))
const sources = files.filter((path) => /\.tsx?$/.test(path) && !/^explorer\/|\.test\.|generated/.test(path))

/** Which keys the code asks for, by `t('key')`, in one of the namespaces that it names. */
function used(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const source of sources) {
    const code = readFileSync(join(SRC, source), 'utf8')
    const own = [...code.matchAll(/useTranslation\('(\w+)'\)/g)].map(([, namespace]) => namespace ?? '')
    for (const [, key = ''] of code.matchAll(/\bt\(\s*'([^']+)'/g)) {
      const [namespace, rest] = key.includes(':')
        ? (key.split(':') as [string, string])
        : [own.find((each) => keysOf(read(each, 'en')).includes(key)) ?? own[0] ?? source, key]
      found.set(namespace, (found.get(namespace) ?? new Set()).add(rest))
    }
  }
  return found
}

describe.each(namespaces)('the texts of %s', (namespace) => {
  const english = read(namespace, 'en')

  test.each(LANGUAGES)('are all there in %s, with the same facts in them', (language) => {
    const texts = read(namespace, language)
    expect(keysOf(texts)).toEqual(keysOf(english))
    for (const [key, text] of texts) {
      expect(text.trim(), key).not.toBe('')
      const original = english.get(key) ?? english.get(key.replace(PLURAL, '_other'))
      expect(placeholders(text), key).toEqual(placeholders(original ?? ''))
    }
  })

  test.each(LANGUAGES)('have all the forms that plurals need in %s', (language) => {
    const texts = read(namespace, language)
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted()
    const plural = [...texts.keys()].filter((key) => PLURAL.test(key)).map((key) => key.replace(PLURAL, ''))
    for (const key of new Set(plural)) {
      const has = [...texts.keys()].filter((each) => each.replace(PLURAL, '') === key && PLURAL.test(each))
      expect(has.map((each) => PLURAL.exec(each)?.[1]).toSorted(), key).toEqual(forms)
    }
  })

  test('are what the code asks for, no more and no less', () => {
    expect([...(used().get(namespace) ?? [])].sort()).toEqual(keysOf(english))
  })
})

test('every namespace that is asked for has texts', () => {
  expect([...used().keys()].filter((namespace) => !namespaces.includes(namespace))).toEqual([])
})
