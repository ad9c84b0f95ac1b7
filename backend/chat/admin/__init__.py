"""The panel's pages of rooms and what is in them, and of people as far as rooms know them.

They show what is there, and act by the same commands as everybody's: so whoever follows a room hears of it. What was
said in a private room is not among what they show (docs/decisions/0014).
"""

from backend.chat.admin import members, messages, people, rooms, trail

__all__ = ["members", "messages", "people", "rooms", "trail"]
