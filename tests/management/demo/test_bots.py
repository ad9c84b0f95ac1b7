"""The people of the demo talk while it is served, are heard by whoever follows, and stop when they are told to."""

import asyncio
import re
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from backend.accounts.credentials import Credential, Viewer
from backend.management.demo import script
from backend.management.demo.bots import Bots
from backend.management.demo.script import Line, Person, Room, Script
from backend.management.demo.stage import Actor
from tests.services.server import ServerProcess
from tests.transport.client import Http, do, open_socket
from tests.transport.served import serving

FOLLOW = """
subscription ($room: ID!) {
  roomEvents(room: $room) {
    event { __typename ... on MessageSent { message { body replyTo { body } author { username avatarUrl } } } }
  }
}
"""
STOPPED_WITHIN = 5.0  # seconds


# --- Served ---------------------------------------------------------------------------------------------------


@pytest.fixture
def demo() -> Iterator[ServerProcess]:
    with serving(command=("demo", "--pause", "0.2")) as server:
        yield server


def password(demo: ServerProcess) -> str:
    found = re.findall(r"guest, with the password (\S+)", demo.log.read_text())
    assert found
    return str(found[-1])


async def test_a_guest_hears_them_talk_until_the_server_is_told_to_stop(demo: ServerProcess) -> None:
    http = Http(demo.url)
    credentials = {"username": "guest", "password": password(demo)}
    token = (await do(http, "createToken", "... on TokenCreated { secret }", name="tests", credentials=credentials))[
        "secret"
    ]
    http.http.headers["Authorization"] = f"Bearer {token}"
    found = await http.ask("""{ room(by: { address: "chaikhana" }) { id messages { nodes { body } } } }""")
    [room] = [each for each in script.read().rooms if each.address == "chaikhana"]
    bodies = [each["body"] for each in found.data["room"]["messages"]["nodes"]]
    assert bodies[: len(room.lines)] == [line.body for line in room.lines]
    async with open_socket(demo.ws_url) as socket:
        await socket.init(Authorization=f"Bearer {token}")
        op = await socket.subscribe(FOLLOW, room=found.data["room"]["id"])
        said: list[dict[str, Any]] = []
        while len(said) < 6:
            event = (await socket.frame(op))["event"]
            if event["__typename"] == "MessageSent":
                said.append(event["message"])
        demo.child.signal(signal.SIGINT)
        assert await socket.closed() == 1012
    await http.close()
    assert await asyncio.to_thread(demo.wait, STOPPED_WITHIN) == 0
    scripted = {line.body for scene in room.scenes for line in scene}
    assert {each["body"] for each in said} <= scripted
    assert all(each["author"]["avatarUrl"] for each in said)
    log = demo.log.read_text()
    assert not re.search("Traceback|WARNING|ERROR|nobody says more", log), log


async def test_a_demo_that_is_started_again_has_the_same_guest(demo: ServerProcess) -> None:
    before = password(demo)
    demo.terminate()
    assert demo.wait(STOPPED_WITHIN) == 0
    demo.start()
    assert password(demo) == before
    http = Http(demo.url)
    await do(http, "logIn", "", username="guest", password=before)
    people = await http.ask("{ viewer { rooms { nodes { memberCount address } } } }")
    await http.close()
    members = {room.address: len(room.people) + 1 for room in script.read().rooms}
    assert {each["address"]: each["memberCount"] for each in people.data["viewer"]["rooms"]["nodes"]} == members


# --- When the server does not answer as it should ---------------------------------------------------------------

NINO = Person(username="nino", display_name="", locale="ka", bio="")
ACTOR = Actor(Viewer(1, False, Credential(kind="token", key="1", user_id=1, epoch=1)), "secret", 1)
TEA = Room(address="tea", title="", topic="", lines=[], scenes=[[Line(by="nino", body="chai?")]])
ACCEPTED = {"__typename": "MessageAccepted", "message": {"id": "1"}}


class Faulty(Bots):
    """Gets the answers that it is given, the last of them for ever; an exception is raised."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        play = Script(guest=NINO, people=[NINO], rooms=[TEA])
        super().__init__(play, room_ids={"tea": 1}, actors={"nino": ACTOR}, pause=0.01)
        self._answers = list(answers)
        self.asked: list[Any] = []
        self.enough = threading.Event()

    def _ask(self, mutation: str, token: str, input: Any) -> dict[str, Any]:
        self.asked.append(input["key"])
        if len(self._answers) == 1:
            self.enough.set()
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.management.demo.bots._BACK_OFF", 0.01)


def play(bots: Faulty) -> None:
    bots.start("nowhere", 0)
    assert bots.enough.wait(STOPPED_WITHIN)
    bots.stop()


def test_what_may_have_got_lost_is_said_again_with_the_same_key() -> None:
    too_often = {"__typename": "RateLimitedProblem", "retryAfterMs": 1, "detail": ""}
    bots = Faulty(ConnectionResetError(), TimeoutError(), too_often, ACCEPTED)
    play(bots)
    assert len(set(bots.asked[:4])) == 1
    assert len(set(bots.asked)) == len(bots.asked) - 3, "each line has a key of its own"


def test_those_who_were_sent_away_do_not_insist(caplog: pytest.LogCaptureFixture) -> None:
    bots = Faulty({"__typename": "ForbiddenProblem", "detail": "Enter the room first."})
    play(bots)
    assert len(bots.asked) == 1
    assert caplog.messages == ["nobody says more in 'tea': Enter the room first."]


def test_they_stop_while_they_wait_for_a_server_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.management.demo.bots._BACK_OFF", 3600)
    bots = Faulty(ConnectionRefusedError())
    began = time.monotonic()
    play(bots)
    assert time.monotonic() - began < STOPPED_WITHIN
    assert not any(thread.is_alive() for thread in bots._threads)
