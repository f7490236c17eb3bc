"""A passkey in Chromium: added, used as the second factor and instead of the password; by a software authenticator."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Desk
from tests.server import Server

pytestmark = pytest.mark.alone

AUTHENTICATOR: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_added_and_signs_in(desk: Callable[..., Desk], registry: Server) -> None:
    # Browsers know passkeys for names only: localhost, where 127.0.0.1 would not do.
    home = f"http://localhost:{registry.port}"
    tab = desk("olga", home=home)
    page = tab.page
    devtools = tab.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})

    tab.open(f"{home}/admin/sign-in/my/passkey/")
    page.locator("input[name=name]").fill("Laptop")
    page.locator("input[name=passwordless]").check()
    with page.expect_navigation():
        page.locator("#passkey-button").click()
    tab.open(f"{home}/admin/sign-in/my/")
    expect(page.locator("#content")).to_contain_text("Laptop")

    tab.context.clear_cookies()  # another day
    tab.open(f"{home}/admin/sign-in/?next=/admin/people/user/")
    with page.expect_navigation(url="**/admin/people/user/**"):
        page.locator("#passkey-button").click()

    expect(page.locator("#user-tools")).to_contain_text("olga")
