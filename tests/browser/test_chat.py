"""People talk: what one does in their browser, the others see in theirs, at once."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Come, picture
from tests.browser.explorer import until

_MIDDLE = "(canvas) => [...canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]"
_TEAL = [0, 128, 128, 255]


def test_entering_an_address_where_nobody_has_been_creates_the_room_and_says_so(come: Come) -> None:
    vera, ali = come().sign_up("vera"), come().sign_up("ali")
    vera.door.fill("samovar")
    expect(vera.page.get_by_text("No public room is there.")).to_be_visible()
    vera.page.get_by_role("button", name="Create").click()
    expect(vera.page.get_by_text("Nobody had been here before: the room is yours.")).to_be_visible()
    expect(vera.page).to_have_url(f"{vera.origin}/rooms/samovar")

    ali.door.fill(" SAMOVAR ")
    expect(ali.page.get_by_text("samovar\u2069: 1 member, 1 online.")).to_be_visible()
    ali.enter(" SAMOVAR ")
    expect(ali.page).to_have_url(f"{ali.origin}/rooms/samovar")
    expect(ali.page.get_by_text("the room is yours")).not_to_be_attached()


def test_they_see_each_other_come_type_and_go(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    for each in (vera, ali):
        each.page.get_by_role("button", name="People, 2 online").click()
        panel = each.page.get_by_role("complementary", name="People")
        expect(panel.get_by_role("link", name="vera")).to_be_visible()
        expect(panel.get_by_role("link", name="ali")).to_be_visible()

    ali.box.press_sequentially("sal")
    expect(vera.page.get_by_text("ali\u2069 is typing")).to_be_visible()
    ali.page.close()
    expect(vera.page.get_by_role("button", name="People, 1 online")).to_be_visible()
    expect(vera.page.get_by_text("is typing")).not_to_be_attached()


def test_a_message_is_reacted_to_which_is_taken_back_and_answered_edited_and_deleted(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    ali.say("salom, where is everybody?")
    vera.sees("salom, where is everybody?").do("salom", "React")
    vera.page.get_by_role("button", name="👍", exact=True).click()
    seen = ali.message("salom").get_by_role("button", name=re.compile("👍.*vera"))
    expect(seen).to_be_visible()
    mine = vera.message("salom").get_by_role("button", name=re.compile("👍.*you"))
    expect(mine).to_have_attribute("aria-pressed", "true")
    mine.click()
    expect(mine).not_to_be_attached()
    expect(seen).not_to_be_attached()

    vera.do("salom", "Reply").say("here, by the stove")
    answer = ali.message("here, by the stove").last
    expect(answer.get_by_role("button", name="salom, where is everybody?")).to_be_visible()

    ali.box.press("ArrowUp")
    expect(ali.page.get_by_label("Edit message")).to_be_focused()
    ali.page.get_by_label("Edit message").fill("salom, where is the tea?")
    ali.page.get_by_label("Edit message").press("Enter")
    vera.reads(["salom, where is the tea?", "here, by the stove"])
    expect(vera.message("edited")).to_have_count(1)

    ali.do("salom, where is the tea?", "More").choose("Delete")
    ali.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(vera.message("This message was deleted").first).to_be_visible()
    vera.reads(["here, by the stove"])


def test_a_whisper_is_seen_by_two_and_kept_by_nobody(come: Come) -> None:
    vera, ali, omar = (come().arrive(name, "samovar") for name in ("vera", "ali", "omar"))
    omar.say("salom")
    said = vera.sees("salom").message("salom").locator("p")
    place = said.bounding_box()
    vera.page.get_by_role("button", name="People, 3 online").click()
    line = vera.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="ali")
    expect(line).to_be_visible()
    assert said.bounding_box() == place  # what opens beside the feed does not move it
    line.get_by_role("button", name="Whisper").click()
    whisper = vera.page.get_by_role("textbox", name="Whisper to")
    whisper.fill("omar hides the sugar")
    whisper.press("Enter")
    expect(vera.feed.get_by_role("article", name="You whisper to \u2068ali\u2069")).to_contain_text(
        "omar hides the sugar"
    )
    heard = ali.feed.get_by_role("article", name="\u2068vera\u2069 whispers to you")
    expect(heard).to_contain_text("omar hides the sugar")
    expect(heard).to_contain_text("not stored")

    whisper.press("Escape")
    vera.say("who has the sugar?")
    omar.sees("who has the sugar?")
    expect(omar.page.get_by_text("hides")).to_have_count(0)

    ali.page.reload()
    ali.sees("who has the sugar?")
    expect(heard).to_have_count(0)


def test_a_new_avatar_is_seen_beside_what_its_owner_has_said(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar").say("salom")
    face = vera.message("salom").locator("img")
    vera.sees("salom")
    expect(face).to_have_count(0)
    profile = ali.another_window().open("/profile").page
    profile.locator("input[type=file]").set_input_files(picture())
    until(profile, lambda: profile.locator("canvas").evaluate(_MIDDLE), lambda preview: preview == _TEAL)
    profile.get_by_role("button", name="Use this picture").click()
    expect(face).to_have_attribute("src", re.compile("^/avatars/"))
    expect(profile.get_by_role("button", name="Remove")).to_be_visible()


def test_a_message_waits_for_its_file_whose_way_is_shown_while_more_is_said(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    network = ali.page.context.new_cdp_session(ali.page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 50_000}
    network.send("Network.emulateNetworkConditions", slow)
    big = picture("stove.png", noise=True)
    ali.page.locator("input[type=file]").set_input_files([picture("oven.png"), big])
    way = ali.page.get_by_role("progressbar", name="Uploading \u2068stove.png\u2069")
    ali.say("our stove")
    until(ali.page, lambda: way.evaluate("(bar) => bar.value"), lambda value: 0 < value < 1)
    ali.say("a picture is on its way")
    vera.sees("a picture is on its way")
    network.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    shown = vera.message("our stove").get_by_role("button", name="Open picture \u2068stove.webp\u2069").locator("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    expect(ali.page.get_by_role("list", name="Messages that wait for their files")).to_have_count(0)


def test_somebody_is_mentioned_by_the_beginning_of_their_name_and_finds_it_on_the_first_screen(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar").say("back soon")
    ali.reads(["back soon"]).open("/")
    vera.sees("back soon").box.press_sequentially("is @al")
    vera.page.get_by_role("option", name="ali").click()
    vera.box.press_sequentially("here?")
    vera.box.press("Enter")
    vera.reads(["back soon", "is @ali here?"])
    rooms = ali.page.get_by_role("navigation", name="My rooms")
    expect(rooms.get_by_role("link", name="1 unread message")).to_be_visible()
    expect(ali.page.get_by_role("region", name="Mentions of you")).to_contain_text("is @ali here?")

    rooms.get_by_role("link", name="samovar").click()
    expect(ali.feed.get_by_text("New messages")).to_be_visible()
    expect(rooms.get_by_text("unread")).to_have_count(0)


def test_what_was_said_is_found_and_a_link_to_it_leads_there(come: Come) -> None:
    vera = come().arrive("vera", "samovar").say("the kettle sings", *(f"line {n}" for n in range(30)))
    expect(vera.message("the kettle sings")).to_have_count(0)  # it is far above
    vera.page.get_by_role("button", name="Search in this room").click()
    vera.page.get_by_label("Search messages").fill("kettle")
    vera.page.get_by_role("complementary").get_by_text("the kettle sings").click()
    vera.sees("the kettle sings")
    found = vera.feed.get_by_role("article").filter(has_text="the kettle sings")
    message = found.get_attribute("data-message")
    expect(found).to_be_focused()

    vera.open(f"/rooms/samovar?message={message}").sees("the kettle sings")


def test_a_renamed_room_takes_everybody_with_it_and_a_deleted_one_says_that_it_is_gone(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar").say("salom")
    settings = vera.another_window().open("/rooms/samovar/settings").page
    settings.get_by_label("Name", exact=True).fill("Coffee house")
    settings.get_by_label("Address", exact=True).fill("coffee")
    settings.get_by_role("button", name="Save").click()
    for page in (vera.page, ali.page):
        expect(page).to_have_url(f"{vera.origin}/rooms/coffee")
        expect(page.get_by_role("heading", level=1, name="Coffee house")).to_be_visible()
    expect(ali.feed.get_by_text("vera\u2069 renamed the room: \u2068Coffee house")).to_be_visible()
    ali.reads(["salom"]).say("coffee?")
    vera.reads(["salom", "coffee?"])

    settings.get_by_role("button", name="Delete this room").click()
    settings.get_by_role("dialog").get_by_role("textbox").fill("Coffee house")
    settings.get_by_role("dialog").get_by_role("button", name="Delete room").click()
    expect(settings).to_have_url(f"{vera.origin}/")
    for page in (vera.page, ali.page):
        expect(page.get_by_role("heading", name="\u2068Coffee house\u2069 was deleted")).to_be_visible()


def test_whoever_is_sent_away_is_told_by_whom_and_that_they_may_come_back(come: Come) -> None:
    vera, ali = come().arrive("vera", "samovar"), come().arrive("ali", "samovar")
    ali.reads([])
    vera.say("salom")
    settings = vera.another_window().open("/rooms/samovar/settings").page
    settings.get_by_role("button", name="What to do with \u2068ali\u2069").click()
    settings.get_by_role("menuitem", name="Send away").click()
    settings.get_by_role("dialog", name="Send \u2068ali\u2069 away?").get_by_role("button", name="Send away").click()
    told = ali.page.get_by_role("heading", name="\u2068vera\u2069 has sent you out of \u2068samovar\u2069")
    expect(told).to_be_visible()
    expect(ali.page.get_by_text("You may come back.")).to_be_visible()
    expect(vera.feed.get_by_text("vera\u2069 sent \u2068ali\u2069 out")).to_be_visible()

    ali.page.get_by_role("button", name="Enter again").click()
    ali.reads(["salom"])


def test_logging_out_in_one_window_leads_the_other_to_the_door_and_back_in_to_where_it_was(come: Come) -> None:
    vera = come().arrive("vera", "samovar").say("salom")
    other = vera.another_window()
    other.my_menu.click()
    other.choose("Log out")
    expect(vera.page.get_by_text("Log in first, then we go on to where you wanted.")).to_be_visible()
    vera.log_in("vera").reads(["salom"])
