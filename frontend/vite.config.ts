// Builds the pages that Django serves; in development, serves them beside a running Django.
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

const server = 'http://localhost:8000'

export default defineConfig(({ command }) => ({
  // Django serves what is built under STATIC_URL; the development server has no such prefix.
  base: command === 'build' ? '/static/' : '/',
  plugins: [react()],
  build: {
    target: 'es2023',
    rolldownOptions: {
      input: ['index.html', 'explorer.html'],
      // A document is loaded with the feature that asks it, not with the list of all.
      treeshake: { moduleSideEffects: (id: string) => !id.includes('/api/generated/') },
      output: {
        // What both pages need, and what every screen of the chat does: two files, smaller than sixty small ones.
        codeSplitting: {
          groups: [
            {
              name: 'both',
              test: /preload-helper|api\/csrf|node_modules\/(react|react-dom|scheduler|graphql-ws)\//,
            },
            { name: 'chat', tags: ['$initial'], test: /src\/(app|session)\// },
          ],
        },
      },
      // GraphiQL's packages carry directives for the React compiler, which has already run on them.
      onwarn(warning, warn) {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning)
      },
    },
    // Monaco, the editor inside GraphiQL, is one large chunk; it is loaded after the page is drawn.
    chunkSizeWarningLimit: 4000,
  },
  // Left to Node, graphql-ws would load a second copy of graphql, and refuse the first one's schemas.
  test: {
    server: { deps: { inline: ['graphql-ws'] } },
    testTimeout: 60_000, // no test is about the machine's speed
  },
  // The GraphQL worker needs these, which are CommonJS; the development server does not look inside workers.
  optimizeDeps: {
    include: ['monaco-graphql > graphql-language-service', 'monaco-graphql > picomatch-browser'],
  },
  server: {
    proxy: {
      '^/graphql$': { target: server, ws: true },
      '^/(media|attachments)/': { target: server },
    },
  },
}))
