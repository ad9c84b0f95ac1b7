"""Nobody is kept out: on no screen does axe find anything, in light and in dark, and all fits at twice the size."""

import re
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Page, expect

from tests.browser.axe import COLOURS, violations
from tests.browser.chat import DESK, PHONE, Chat
from tests.browser.conftest import Come, picture
from tests.services.server import ServerProcess
from tests.system.person import Person

_ACT = """
mutation ($reply: SendMessageInput!, $deleted: ID!, $edited: ID!) {
  sendMessage(input: $reply) { __typename }
  deleteMessage(input: { message: $deleted }) { __typename }
  editMessage(input: { message: $edited, body: "edited, with a link: https://example.org/tea" }) { __typename }
  addReaction(input: { message: $edited, emoji: "🫖" }) { __typename }
}
"""
_WHISPER = """
mutation ($room: ID!, $to: ID!) {
  sendWhisper(input: { room: $room, recipient: $to, body: "a whisper", key: "w" }) { __typename }
}
"""
_PERSON = "query ($name: String!) { user(by: { username: $name }) { id } }"

# What stands out at the side of the page, or is cut off by what it stands in without a word of it.
_CUT_OFF = """
() => [...document.body.querySelectorAll('*')].filter((each) => {
  const { left, right, width, height } = each.getBoundingClientRect()
  const { overflowX, textOverflow } = getComputedStyle(each)
  if (!each.checkVisibility({ visibilityProperty: true }) || width < 2 || height < 2) return false
  const isCut = ['hidden', 'clip'].includes(overflowX) && textOverflow !== 'ellipsis' && each.textContent.trim()
  return left < -1 || right > innerWidth + 1 || (isCut && each.scrollWidth > each.clientWidth + 1)
}).map((each) => each.outerHTML.slice(0, 300))
"""

Look = Callable[[str], None]


def test_no_screen_keeps_anybody_out(come: Come, server: ServerProcess) -> None:
    chat = come(color_scheme="light")
    page = chat.page
    wrong: list[str] = []

    def look(at: str) -> None:
        wrong.extend(f"{at}: {each}" for each in violations(page))
        _colour(page, "dark")
        wrong.extend(f"{at}, in the dark: {each}" for each in violations(page, COLOURS))
        _colour(page, "light")

    def come_close(at: str) -> None:
        """With the browser's zoom at 200 %: half as much fits in."""
        page.set_viewport_size({"width": DESK["width"] // 2, "height": DESK["height"] // 2})
        wrong.extend(f"{at}, twice as large: {each}" for each in page.evaluate(_CUT_OFF))
        page.set_viewport_size(DESK)

    _at_the_door(chat, look, come_close)
    _at_first(chat, look, come_close)
    _in_a_room(chat, look, come_close, server)
    _among_settings(chat, look, come_close)
    assert not wrong, "\n".join(wrong)


def _colour(page: Page, scheme: Literal["light", "dark"]) -> None:
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)


def _at_the_door(chat: Chat, look: Look, come_close: Look) -> None:
    page, word = chat.open().page, chat.word
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look("log in")
    page.get_by_label(word("account.username")).fill("nobody")
    page.get_by_label(word("account.password"), exact=True).fill("wrong")
    page.get_by_role("button", name=word("account.logIn.title")).click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look("log in, refused")
    page.get_by_role("link", name=word("account.logIn.forgotten")).click()
    page.get_by_role("textbox").fill("vera@example.org")
    look("forgotten")
    page.get_by_role("button", name=word("account.forgotten.do")).click()
    expect(page.get_by_text("vera@example.org")).to_be_visible()
    look("forgotten, sent")
    page.get_by_role("link", name=word("account.backToLogIn")).click()
    page.get_by_role("link", name=word("account.signUp.title")).click()
    expect(page.get_by_label(word("account.username"))).to_be_focused()
    page.get_by_role("button", name=word("account.signUp.do")).click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    look("sign up, refused")
    come_close("sign up, refused")
    chat.sign_up("vera")


def _at_first(chat: Chat, look: Look, come_close: Look) -> None:
    page = chat.page
    look("home, new")
    come_close("home, new")
    chat.enter("samovar")
    look("an empty room")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").or_(page.get_by_role("dialog").get_by_role("textbox")).first.fill("sa")
    look("the switcher")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def _in_a_room(chat: Chat, look: Look, come_close: Look, server: ServerProcess) -> None:
    page, word = chat.page, chat.word
    ali, *others = [Person(server.url) for _ in range(5)]
    room = ali.enter("samovar")["room"]["id"]
    vera = ali.gql(_PERSON, name="vera")["user"]["id"]
    edited, deleted = (ali.send(room, body)["message"]["id"] for body in ("at first", "deleted"))
    reply = {"room": room, "body": "@vera سلام", "key": "reply", "replyTo": edited}
    ali.gql(_ACT, reply=reply, edited=edited, deleted=deleted)
    for each in others:
        each.enter("samovar")
    ali.gql(_WHISPER, room=room, to=vera)
    page.locator("input[type=file]").set_input_files(picture())
    chat.say("a picture, a number: 12 345", "salom")
    chat.sees("a whisper", "سلام", "salom", "a picture")
    expect(chat.message("a picture").locator("img")).to_be_visible()
    look("a room")
    come_close("a room")

    chat.do("salom", word("room.action.react"))
    look("emoji")
    page.keyboard.press("Escape")
    chat.do("salom", word("room.action.more"))
    expect(page.get_by_role("menu")).to_be_visible()
    look("the menu of a message")
    chat.choose(word("room.action.delete"))
    expect(page.get_by_role("dialog")).to_be_visible()
    look("deleting a message")
    page.get_by_role("dialog").get_by_role("button", name=word("design.cancel")).click()
    chat.do("salom", word("room.action.reply"))
    look("replying")
    chat.box.press("Escape")
    chat.box.press("ArrowUp")
    expect(page.get_by_label(word("room.edit.label"))).to_be_visible()
    look("editing")
    page.keyboard.press("Escape")
    chat.box.press_sequentially("@ve")
    expect(page.get_by_role("option").first).to_be_visible()
    look("mentioning")
    page.keyboard.press("Escape")
    chat.box.fill("")

    chat.people_button.click()
    expect(page.get_by_role("complementary").get_by_role("link", name="vera")).to_be_visible()
    look("people")
    page.get_by_role("button", name=word("room.head.search")).click()
    page.get_by_label(word("room.search.label")).fill("salom")
    expect(page.get_by_role("complementary").get_by_text("salom")).to_be_visible()
    look("search")
    page.get_by_role("button", name=word("room.head.more")).click()
    look("the menu of a room")
    chat.choose(word("membership.leave"))
    look("leaving")
    page.get_by_role("dialog").get_by_role("button", name=word("design.cancel")).click()

    with chat.watch.outage():
        page.route("**/graphql", lambda route: route.abort())
        chat.say("on its way")
        expect(chat.unsent).to_contain_text(word("room.pending.waiting"))
        look("a message that waits")
        page.unroute("**/graphql")
        expect(chat.unsent).to_have_count(0)
    page.set_viewport_size(PHONE)
    look("a room on a phone")
    page.set_viewport_size(DESK)
    for each in (ali, *others):
        each.close()


def _among_settings(chat: Chat, look: Look, come_close: Look) -> None:
    page, word = chat.page, chat.word
    chat.open("/")
    expect(page.get_by_role("main").get_by_role("link", name="samovar").first).to_be_visible()
    look("home")
    come_close("home")
    page.keyboard.press("Shift+?")
    expect(page.get_by_role("dialog")).to_be_visible()
    look("the keyboard")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    chat.my_menu.click()
    look("my menu")
    chat.choose(word("app.notifications"))
    expect(page.get_by_role("dialog")).to_be_visible()
    look("notifications")

    chat.open("/rooms/samovar/settings")
    expect(page.get_by_role("button", name=word("settings.invitations.create"))).to_be_visible()
    page.get_by_role("button", name=word("settings.invitations.create")).click()
    expect(page.get_by_role("button", name=word("settings.invitations.revoke"))).to_be_visible()
    look("settings of a room")
    come_close("settings of a room")
    page.get_by_role(
        "button", name=re.compile(word("settings.members.actions").replace("{{name}}", ".*"))
    ).first.click()
    look("the menu of a member")
    page.keyboard.press("Escape")
    page.get_by_role("button", name=word("settings.delete.open")).click()
    look("deleting a room")

    chat.open("/profile")
    page.locator("input[type=file]").set_input_files(picture())
    expect(page.get_by_role("button", name=word("profile.avatar.use"))).to_be_visible()
    page.get_by_role("button", name=word("profile.tokens.create")).scroll_into_view_if_needed()
    look("profile")
    come_close("profile")
    chat.open("/people/vera")
    expect(page.get_by_text("@vera")).to_be_visible()
    look("a person")
    come_close("a person")
    chat.open("/nowhere/at/all")
    expect(page.get_by_text(word("app.notFound"))).to_be_visible()
    look("not found")
