"""A client that follows a room, by a snapshot and events alone, whatever anybody does there or to themself."""
