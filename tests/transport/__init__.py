"""HTTP and sockets, as they are on the wire: a server process of its own, raw frames, raw requests."""
