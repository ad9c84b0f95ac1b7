"""Sockets and frames: knows GraphQL, knows nothing of rooms."""
