"""Blocking people, over either transport. What it is for is tested with whispers."""

from tests.chat_schema.speaker import NewSpeaker, Speaker

BLOCKED = "viewer { blocked { id username } }"
NOBODY = "VXNlcjo5OTk5OTk5OQ=="


async def test_one_sees_whom_one_has_blocked(new_speaker: NewSpeaker, vera: Speaker) -> None:
    omid = await new_speaker()
    them = (await vera.ask("{ viewer { user { id username } } }"))["viewer"]["user"]
    for _ in range(2):
        done = await omid.do("blockUser", f"... on UserBlocked {{ {BLOCKED} }}", user=them["id"])
        assert done == {"__typename": "UserBlocked", "viewer": {"blocked": [them]}}
    assert await omid.ask(f"{{ {BLOCKED} }}") == {"viewer": {"blocked": [them]}}
    for _ in range(2):
        done = await omid.do("unblockUser", f"... on UserUnblocked {{ {BLOCKED} }}", user=them["id"])
        assert done == {"__typename": "UserUnblocked", "viewer": {"blocked": []}}


async def test_what_cannot_be_blocked_is_refused(ali: Speaker, nobody: Speaker) -> None:
    me = (await ali.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
    await ali.invalid("blockUser", "user", "UNSUPPORTED", user=me)
    for mutation in ("blockUser", "unblockUser"):
        await ali.invalid(mutation, "user", "MALFORMED", user="no id")
        await ali.refused(mutation, "NOT_FOUND", user=NOBODY)
        await nobody.refused(mutation, "UNAUTHENTICATED", user=me)


async def test_blocking_too_often_is_told_with_a_time(hasty: Speaker) -> None:
    for _ in range(5):
        await hasty.refused("blockUser", "NOT_FOUND", user=NOBODY)
    assert (await hasty.refused("blockUser", "RATE_LIMITED", user=NOBODY))["retryAfterMs"] > 0
