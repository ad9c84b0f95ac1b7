"""The usual recipes on Django Channels: strawberry's `listen_to_channel`, and the chat of Channels' tutorial."""
