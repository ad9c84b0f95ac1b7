"""The GraphQL contract: what every operation answers, over HTTP and over a socket, and how executions are shared."""
