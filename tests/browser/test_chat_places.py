"""The main path where things are another way: in Farsi, in Georgian, on a phone, on another device of the network."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from backend import lan
from tests.browser.axe import violations
from tests.browser.chat import PHONE, Chat
from tests.browser.conftest import Come
from tests.services.server import ServerProcess

_OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


def test_in_farsi_the_page_begins_at_the_right_and_its_dates_and_digits_are_persian(come: Come) -> None:
    shirin = come(locale="fa-IR", timezone_id="Asia/Tehran").sign_up("شیرین")
    page = shirin.page
    # The page's while it is empty, then that of its letters.
    expect(shirin.door).to_have_css("direction", "rtl")
    expect(shirin.door).to_have_css("unicode-bidi", "plaintext")
    shirin.enter("چای‌خانه")
    assert page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "fa"]
    shirin.say("سلام", "hello")
    shirin.reads(["سلام", "hello"])
    directions = "(article) => getComputedStyle(article.querySelector('p')).direction"
    assert shirin.message("سلام").evaluate(directions) == "rtl"
    assert shirin.message("hello").evaluate(directions) == "ltr"

    times = shirin.message("سلام").locator("time")
    expect(times).to_have_text(re.compile("^[۰-۹]{2}:[۰-۹]{2}$"))
    # In the Solar Hijri year, which is 621 or 622 behind.
    expect(times).to_have_attribute("title", re.compile("۱۴[۰-۹]{2}"))
    expect(page.get_by_role("button", name="۱ نفر")).to_be_visible()
    rooms, box = page.get_by_role("navigation").bounding_box(), shirin.box.bounding_box()
    assert rooms
    assert box
    assert rooms["x"] > box["x"]
    assert violations(page) == []


def test_in_georgian_the_words_of_a_date_are_georgian(come: Come) -> None:
    """Chromium has none of them, and would say them in English."""
    nino = come(locale="ka-GE", timezone_id="Asia/Tbilisi").sign_up("ნინო").enter("ჩაიხანა").say("გამარჯობა")
    today = datetime.now(ZoneInfo("Asia/Tbilisi"))
    date = f"{today.day} {_MONTHS.split()[today.month - 1]}"
    expect(nino.feed.get_by_text(f"{_WEEKDAYS.split()[today.weekday()]}, {date}", exact=True)).to_be_visible()
    at = nino.message("გამარჯობა").locator("time")
    expect(at).to_have_attribute("title", re.compile(f"^{date}, {today.year}, [0-9]{{2}}:[0-9]{{2}}$"))


def test_on_a_phone_one_comes_in_writes_and_goes_back_with_a_thumb(come: Come) -> None:
    phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
    vera, ali = come(**phone).open(), come().arrive("ali", "samovar")
    _fits(vera)
    vera.sign_up("vera")
    _fits(vera)
    vera.enter("samovar")
    vera.box.tap()
    vera.box.fill("a long word: " + "samovar" * 20)
    send = vera.page.get_by_role("button", name="Send")
    _is_for_a_thumb(vera, "Send", "Attach files", "Search in this room", "People, 2 online")
    send.tap()
    ali.sees("a long word: " + "samovar" * 20).say("salom")
    vera.sees("salom")
    _fits(vera)

    vera.page.get_by_role("button", name="People, 2 online").tap()
    expect(vera.page.get_by_role("dialog").get_by_role("link", name="ali")).to_be_visible()
    vera.page.get_by_role("dialog").get_by_role("button", name="Close").tap()
    expect(vera.page.get_by_role("dialog")).to_have_count(0)
    vera.page.get_by_role("link", name="Back to my rooms").tap()
    expect(vera.page.get_by_role("main").get_by_role("link", name="samovar").first).to_be_visible()
    _fits(vera)


def test_on_another_device_of_the_network_all_works_but_what_is_hidden_with_a_sentence(
    come: Come, server: ServerProcess
) -> None:
    """There, plain http is no secure context."""
    by_address_if_it_has_one = lan.own_hosts()[-1]
    vera = come(f"http://{by_address_if_it_has_one}:{server.port}").sign_up("vera")
    assert not vera.page.evaluate("isSecureContext")
    ali = come().arrive("ali", "samovar")
    vera.enter("samovar").say("salom")
    ali.sees("salom").say("welcome")
    vera.reads(["salom", "welcome"])
    vera.do("welcome", "More").choose("Copy link")
    expect(vera.page.get_by_text("Link copied")).to_be_visible()

    vera.my_menu.click()
    vera.choose("Notifications")
    dialog = vera.page.get_by_role("dialog")
    expect(dialog.get_by_text("only work over https or on the server itself")).to_be_visible()
    expect(dialog.get_by_role("switch", name="Notifications on this device")).to_have_count(0)


def _fits(chat: Chat) -> None:
    """Nothing stands out at the side."""
    assert chat.page.evaluate(_OVERFLOW) <= 0


def _is_for_a_thumb(chat: Chat, *names: str) -> None:
    for name in names:
        box = chat.page.get_by_role("button", name=name).bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 40, (name, box)


_MONTHS = "იანვარი თებერვალი მარტი აპრილი მაისი ივნისი ივლისი აგვისტო სექტემბერი ოქტომბერი ნოემბერი დეკემბერი"
_WEEKDAYS = "ორშაბათი სამშაბათი ოთხშაბათი ხუთშაბათი პარასკევი შაბათი კვირა"
