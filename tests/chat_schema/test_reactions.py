"""Reactions, mentions and replies over either transport: what is answered, and what the room hears."""

from tests.chat_schema.speaker import NewSpeaker, Speaker
from tests.transport.served import address

TEA, HEART = "🍵", "❤️"
MESSAGE = """
id version reactions { emoji count users(first: 1) { username } } mentions { username }
replyTo { id body author { username } } viewer { reactions }
"""
UPDATED = f"... on ReactionsUpdated {{ cursor message {{ {MESSAGE} }} }}"
ACCEPTED = f"... on MessageAccepted {{ cursor message {{ {MESSAGE} }} }}"
FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event { __typename ... on ReactionsChanged { message { reactions { emoji count } } by { username } emoji added } }
  }
}
"""


async def test_a_reaction_is_counted_and_the_room_hears_it(ali: Speaker, vera: Speaker, room: str) -> None:
    message = (await ali.send(room, "salam", "1"))["message"]["id"]
    async with ali.person.socket() as socket:
        op = await socket.subscribe(FOLLOW, room=room)
        await socket.until(op, "CaughtUp")
        added = await vera.do("addReaction", UPDATED, message=message, emoji="❤")
        shown = {"emoji": HEART, "count": 1, "users": [{"username": vera.username}]}
        assert added["message"]["reactions"] == [shown]
        assert added["message"]["viewer"]["reactions"] == [HEART]
        assert (await socket.frame(op))["event"] == {
            "__typename": "ReactionsChanged",
            "message": {"reactions": [{"emoji": HEART, "count": 1}]},
            "by": {"username": vera.username},
            "emoji": HEART,
            "added": True,
        }
        removed = await vera.do("removeReaction", UPDATED, message=message, emoji=HEART)
        assert removed["message"]["reactions"] == removed["message"]["viewer"]["reactions"] == []
        event = (await socket.frame(op))["event"]
        assert (event["message"]["reactions"], event["added"]) == ([], False)
        assert removed["message"]["version"] == added["message"]["version"] + 1


async def test_what_is_no_emoji_or_no_message_is_told(ali: Speaker, new_speaker: NewSpeaker, room: str) -> None:
    message = (await ali.send(room, "salam", "1"))["message"]["id"]
    stranger = await new_speaker()
    for mutation in ("addReaction", "removeReaction"):
        await ali.invalid(mutation, "emoji", "UNSUPPORTED", message=message, emoji="tea")
        await ali.invalid(mutation, "message", "MALFORMED", message="no id", emoji=TEA)
        await stranger.refused(mutation, "NOT_FOUND", message=message, emoji=TEA)


async def test_reacting_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    room = (await hasty.enter(address()))["room"]["id"]
    message = (await hasty.send(room, "salam", "1"))["message"]["id"]
    for _ in range(5):
        await hasty.do("addReaction", message=message, emoji=TEA)
    assert (await hasty.refused("addReaction", "RATE_LIMITED", message=message, emoji=TEA))["retryAfterMs"] > 0


async def test_nobody_reacts(nobody: Speaker) -> None:
    for mutation in ("addReaction", "removeReaction"):
        await nobody.refused(mutation, "UNAUTHENTICATED", message="x", emoji=TEA)


async def test_a_reply_shows_what_it_answers_as_that_is_now(ali: Speaker, vera: Speaker, room: str) -> None:
    first = (await ali.send(room, "salam", "1"))["message"]["id"]
    sent = await vera.do("sendMessage", ACCEPTED, room=room, body="salam!", key="2", replyTo=first)
    assert sent["message"]["replyTo"] == {"id": first, "body": "salam", "author": {"username": ali.username}}
    await ali.do("deleteMessage", message=first)
    history = f'{{ room(by: {{ id: "{room}" }}) {{ messages {{ nodes {{ {MESSAGE} }} }} }} }}'
    answer = (await vera.ask(history))["room"]["messages"]["nodes"][-1]
    assert answer["replyTo"]["body"] == ""


async def test_what_is_no_message_there_is_not_answered(ali: Speaker, room: str) -> None:
    other = (await ali.enter(address()))["room"]["id"]
    message = (await ali.send(other, "salam", "1"))["message"]["id"]
    await ali.refused("sendMessage", "NOT_FOUND", room=room, body="a", key="k", replyTo=message)
    await ali.refused("sendMessage", "NOT_FOUND", room=room, body="a", key="k", replyTo=room)
    await ali.invalid("sendMessage", "replyTo", "MALFORMED", room=room, body="a", key="k", replyTo="no id")


async def test_whoever_is_named_finds_it_among_their_mentions(
    ali: Speaker, new_speaker: NewSpeaker, where: str
) -> None:
    named = await new_speaker()
    room = (await named.enter(where))["room"]["id"]
    for number in range(3):
        body = f"{number} @{named.username.upper()}"
        sent = await ali.do("sendMessage", ACCEPTED, room=room, body=body, key=str(number))
        assert sent["message"]["mentions"] == [{"username": named.username}]
    page = "nodes { body } pageInfo { hasPreviousPage startCursor }"
    last = (await named.ask(f"{{ viewer {{ mentionedIn(last: 2) {{ {page} }} }} }}"))["viewer"]["mentionedIn"]
    assert [each["body"][0] for each in last["nodes"]] == ["1", "2"]
    document = f"query ($before: String) {{ viewer {{ mentionedIn(last: 2, before: $before) {{ {page} }} }} }}"
    before = (await named.ask(document, before=last["pageInfo"]["startCursor"]))["viewer"]["mentionedIn"]
    assert ([each["body"][0] for each in before["nodes"]], before["pageInfo"]["hasPreviousPage"]) == (["0"], False)
