// The explorer: GraphiQL on the API of the server that this page comes from.
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'

import 'graphiql/style.css'

import './explorer.css'
import './workers'
import { examples } from './examples'
import { createFetcher } from './fetcher'

const fetcher = createFetcher(new URL('/graphql', location.origin))

createRoot(document.getElementById('explorer')!).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={examples}
    defaultEditorToolsVisibility="variables"
    // A token in the Headers pane stays in memory: local storage outlives a logout. The history, GraphiQL's
    // only plugin by default, would keep the headers of all that is run there.
    shouldPersistHeaders={false}
    plugins={[]}
  >
    <GraphiQL.Logo>Chaikhana</GraphiQL.Logo>
  </GraphiQL>,
)
