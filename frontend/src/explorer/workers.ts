// Tells Monaco where its web workers are: files of our own, built by Vite.
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker'
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker'
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker'

const workers: Record<string, new () => Worker> = { graphql: GraphQLWorker, json: JsonWorker }

self.MonacoEnvironment = { getWorker: (_id, label) => new (workers[label] ?? EditorWorker)() }
