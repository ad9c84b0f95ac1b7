// The tour keeps in step with the API: every tab is valid against the committed schema.
import { buildSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { expect, test } from 'vitest'

import sdl from '../../../../schema.graphql?raw'
import { examples } from '.'

const schema = buildSchema(sdl)
const tabs = examples.map(({ query, variables = '{}' }) => {
  const document = parse(query)
  const operation = getOperationAST(document)!
  return { name: operation.name!.value, document, operation, variables: JSON.parse(variables) }
})

test.each(tabs)('$name', ({ document, operation, variables }) => {
  expect(validate(schema, document)).toEqual([])
  const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
  expect(errors).toBeUndefined()
})
