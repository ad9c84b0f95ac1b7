// Runs the audits of `graphql-http` against a server, and prints a line of JSON for each: `id`, `name`, `status`
// (ok, notice, warn or error) and, if it is not ok, the `reason`.
//
//   node graphql-http.mjs http://localhost:8000/graphql
import { serverAudits } from 'graphql-http'

const [url] = process.argv.slice(2)

for (const audit of serverAudits({ url })) {
  const { id, name, status, reason } = await audit.fn()
  console.log(JSON.stringify({ id, name, status, reason }))
}
