"""The panel, as a browser shows it: everything in it works, and nothing is forbidden or asked of another host."""

from playwright.sync_api import Browser, expect

from tests.browser.explorer import SECONDS
from tests.browser.watch import Watch
from tests.services.server import ServerProcess
from tests.system.person import PASSWORD, Person
from tests.transport.served import change


def test_staff_find_somebody_choose_them_and_ban_them(browser: Browser, server: ServerProcess) -> None:
    ali, vera = Person(server.url), Person(server.url)
    room = ali.enter("tea")["room"]["id"]
    vera.enter("tea")
    ali.send(room, "salam")
    change(server, "UPDATE accounts_user SET is_staff = true WHERE username = ?", ali.username)
    with browser.new_context(base_url=server.url) as context:
        context.set_default_timeout(SECONDS * 1000)
        watch = Watch(context, host=f"127.0.0.1:{server.port}")
        page = context.new_page()
        page.goto("/admin/chat/membership/")
        page.get_by_label("Username").fill(ali.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.locator("#searchbar").fill(vera.username)
        page.get_by_role("button", name="Search").click()
        page.locator("#action-toggle").check()  # its script checks the rows
        expect(page.locator(".action-counter")).to_contain_text("1 of 1 selected")
        page.get_by_label("Action:").select_option(label="Ban")
        page.get_by_role("button", name="Run").or_(page.get_by_role("button", name="Go")).click()
        expect(page.locator(".messagelist")).to_have_text("Done, for 1.")
        page.goto("/admin/chat/room/")
        page.get_by_role("link", name="tea", exact=True).click()
        expect(page.locator("#messages-group")).to_contain_text("salam")
        expect(page.locator("#bans-group")).to_contain_text(vera.username)
        page.get_by_role("link", name="How order was kept").click()
        expect(page.locator("#result_list")).to_contain_text("was banned")
    assert watch.complaints == []
    for person in (ali, vera):
        person.close()
