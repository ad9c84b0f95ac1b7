"""Close codes: those of graphql-transport-ws, and of RFC 6455 those that clients retry (`docs/protocol.md`)."""

SERVICE_RESTART = 1012
TRY_AGAIN_LATER = 1013
BAD_REQUEST = 4400
FORBIDDEN = 4403
INIT_TIMEOUT = 4408
