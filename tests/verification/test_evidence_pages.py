"""The viewer of evidence and the addresses around it, as a browser of the staff asks for them."""

import io
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import evidence, pdf_pages, viewing
from accounts.verification.models import Application, Evidence
from tests.factories import PDF, make_draft, make_reviewer, make_submitted, owner_of, uploaded
from tests.staff import browser_of
from tests.verification.papers import pdf, photo, with_script

pytestmark = pytest.mark.usefixtures("db")

STRICT = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"


def filed(content: bytes, name: str = "toko.pdf") -> Evidence:
    application = make_draft()
    return evidence.add(application, file=uploaded(name, content), by=owner_of(application.account))


def address(file: Evidence, page: str = "viewer", *more: Any, of: Application | None = None) -> str:
    owner = of or file.application
    return reverse(f"admin:verification_application_{page}", args=[owner.pk, file.pk, *more])


def pictures(viewer: Any) -> list[str]:
    return [
        found.replace("&amp;", "&") for found in re.findall(r'<img src="([^"]*)"', viewer.content.decode())
    ]


def views_of(file: Evidence) -> int:
    return LogEntry.objects.filter(kind="viewed", on=file.pk).count()


@pytest.fixture
def browser(rita: User) -> Client:
    return browser_of(rita)


class TestViewer:
    def test_it_has_a_policy_of_its_own_and_runs_nothing(self, browser: Client) -> None:
        response = browser.get(address(filed(pdf(2))))
        policy = response["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'self';")
        assert "sandbox allow-same-origin" in policy
        assert "frame-ancestors 'self'" in policy
        assert "script" not in policy and "unsafe" not in policy and "data:" not in policy
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cross-Origin-Resource-Policy"] == "same-origin"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        page = response.content.decode()
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|data:|<object|<embed", page)

    def test_the_pages_around_it_are_as_strict_as_before(self, browser: Client) -> None:
        application = filed(pdf()).application
        for page in (
            reverse("admin:verification_application_change", args=[application.pk]),
            reverse("admin:verification_application_changelist"),
            reverse("admin:index"),
        ):
            response = browser.get(page)
            assert set(response["Content-Security-Policy"].split("; ")) == set(STRICT.split("; "))
            assert response["X-Frame-Options"] == "DENY"

    def test_the_case_page_frames_it_without_scripts(self, browser: Client) -> None:
        file = filed(photo(), "toko.jpg")
        case = reverse("admin:verification_application_change", args=[file.application_id])
        page = browser.get(case).content.decode()
        frame = re.search(r"<iframe[^>]*>", page)
        assert frame is not None
        assert 'sandbox="allow-same-origin"' in frame[0]
        assert 'title="' in frame[0] and 'loading="lazy"' in frame[0]
        assert file.sha256 in page and file.stored_sha256 in page
        small = [found for found in pictures(browser.get(case)) if "size=small" in found]
        assert len(small) == 1 and file.pk in small[0]  # the draft's own PDF has no page to draw
        thumbnail = browser.get(small[0])
        assert Image.open(io.BytesIO(thumbnail.content)).size == (40, 60)
        assert views_of(file) == 0  # that the case was opened stands in the log

    def test_a_picture_is_shown_as_it_is_kept(self, browser: Client) -> None:
        file = filed(photo("WEBP"), "toko.webp")
        (picture,) = pictures(browser.get(address(file)))
        response = browser.get(picture)
        assert response.content == evidence.content_of(file)
        assert response["Content-Type"] == "image/webp"
        assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")

    def test_a_pdf_is_shown_as_drawn_pages_only(self, browser: Client) -> None:
        file = filed(with_script())
        assert file.pages == 1
        (picture,) = pictures(browser.get(address(file)))
        response = browser.get(picture)
        assert response["Content-Type"] == "image/png"
        assert Image.open(io.BytesIO(response.content)).format == "PNG"

    def test_pages_come_a_few_at_a_time_and_one_large(self, browser: Client) -> None:
        file = filed(pdf(5))
        first = browser.get(address(file)).content.decode()
        assert "Pages 1 to 3 of 5" in first and "Before" not in first
        (after,) = re.findall(r'<a href="([^"]*)">Next</a>', first)
        second = browser.get(after.replace("&amp;", "&"))
        assert "Pages 4 to 5 of 5" in second.content.decode() and "Next" not in second.content.decode()
        assert len(pictures(second)) == 2
        large = browser.get(address(file) + "?large=4")
        assert ["size=large" in picture for picture in pictures(large)] == [True]
        assert views_of(file) == 2

    @pytest.mark.parametrize(
        "query", ["?from=0", "?from=999", "?large=99999", "?from=x", "?large=-1", "?from=²"]
    )
    def test_a_page_number_that_is_none_shows_what_there_is(self, browser: Client, query: str) -> None:
        assert len(pictures(browser.get(address(filed(pdf(2))) + query))) >= 1

    def test_only_so_many_pages_are_shown(self, browser: Client) -> None:
        file = filed(pdf(pdf_pages.MOST_PAGES + 3))
        last = browser.get(f"{address(file)}?from=28").content.decode()
        assert "3 more pages are in the file" in last and "Next" not in last
        beyond = address(file, "page", pdf_pages.MOST_PAGES + 1)
        assert browser.get(f"{beyond}?opened={viewing.mark(file, by=_reader(browser))}").status_code == 404

    @pytest.mark.parametrize("content", [PDF, b"%PDF-1.7 /Page <html><script>alert(1)</script>\n%%EOF"])
    def test_a_broken_pdf_is_a_sentence(self, browser: Client, content: bytes) -> None:
        file = filed(content, "rusak.pdf")
        assert file.pages is None
        response = browser.get(address(file))
        assert response.status_code == 200
        assert "This PDF can't be drawn" in response.content.decode()
        mark = viewing.mark(file, by=_reader(browser))
        page = browser.get(f"{address(file, 'page', 1)}?opened={mark}")
        assert (page.status_code, page["Content-Type"]) == (422, "text/plain; charset=utf-8")

    def test_one_kept_before_pages_were_counted_still_opens(self, browser: Client) -> None:
        file = filed(pdf(2))
        Evidence.objects.filter(pk=file.pk).update(pages=None)
        assert len(pictures(browser.get(address(file)))) == 2

    def test_when_too_many_are_drawn_it_says_so(self, browser: Client, monkeypatch: Any) -> None:
        def busy(*_: Any) -> None:
            raise pdf_pages.Busy

        file = filed(pdf())
        (picture,) = pictures(browser.get(address(file)))
        monkeypatch.setattr(pdf_pages, "_ask", busy)
        response = browser.get(picture)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
        Evidence.objects.filter(pk=file.pk).update(pages=None)
        assert "Try again" in browser.get(address(file)).content.decode()

    def test_a_name_with_markup_is_text(self, browser: Client) -> None:
        file = filed(pdf(), "x.pdf")
        Evidence.objects.filter(pk=file.pk).update(name='"><script>alert(1)</script>\u202efdp.exe\n.pdf')
        case = reverse("admin:verification_application_change", args=[file.application_id])
        for page in (browser.get(address(file)), browser.get(case)):
            assert "<script>alert" not in page.content.decode()
            assert "&lt;script&gt;alert" in page.content.decode()
        saved = browser.get(address(file, "evidence"))
        assert "\n" not in saved["Content-Disposition"]
        assert saved["Content-Disposition"].startswith("attachment;")
        saved.getvalue()


class TestWhoSees:
    def test_opening_is_logged_once_not_by_page(self, browser: Client, rita: User) -> None:
        file = filed(pdf(3))
        before = Event.objects.count()
        viewer = browser.get(address(file))
        for picture in pictures(viewer):
            assert browser.get(picture).status_code == 200
        links = re.findall(r'<a href="([^"]*large=1)"', viewer.content.decode())
        assert browser.get(links[0].replace("&amp;", "&")).status_code == 200
        assert views_of(file) == 1
        assert LogEntry.objects.get(on=file.pk).by == rita.pk
        assert Event.objects.count() == before

    def test_a_page_without_an_opening_leads_through_the_log(self, browser: Client, rudi: User) -> None:
        file, other = filed(pdf()), filed(pdf())
        for mark in [
            "",
            "made-up",
            viewing.mark(file, by=rudi),
            viewing.mark(other, by=_reader(browser)),
            viewing.mark(file, by=_reader(browser), small=True),
        ]:
            response = browser.get(f"{address(file, 'page', 1)}?opened={mark}")
            assert (response.status_code, response["Location"]) == (302, address(file)), mark
        assert views_of(file) == 0

    def test_a_mark_does_not_last(self, browser: Client, monkeypatch: Any) -> None:
        file = filed(pdf())
        (picture,) = pictures(browser.get(address(file)))
        monkeypatch.setattr(viewing, "MARK_LASTS", -1)
        assert browser.get(picture).status_code == 302

    @pytest.mark.parametrize("page", ["evidence", "viewer", "page"])
    def test_a_file_of_another_case_is_not_there(self, browser: Client, page: str) -> None:
        file, other = filed(pdf()), make_submitted()
        more = (1,) if page == "page" else ()
        assert browser.get(address(file, page, *more, of=other)).status_code == 404
        for made_up in ("evd_x", "1", "app_01h2xcejqtf2nbrexx3vqjhp41", "%2e%2e"):
            there = address(file, page, *more).replace(file.pk, made_up)
            assert browser.get(there).status_code == 404
        assert views_of(file) == 0

    @pytest.mark.parametrize("page", ["evidence", "viewer", "page"])
    def test_who_may_not_see_evidence_does_not(self, page: str, monkeypatch: Any) -> None:
        file, auditor = filed(pdf()), make_reviewer(role=Role.AUDITOR)
        mine = User.has_perm
        monkeypatch.setattr(
            User,
            "has_perm",
            lambda person, permission, obj=None: (
                permission != "verification.view_evidence" and mine(person, permission, obj)
            ),
        )
        browser, more = browser_of(auditor), (1,) if page == "page" else ()
        mark = viewing.mark(file, by=auditor)
        assert browser.get(f"{address(file, page, *more)}?opened={mark}").status_code == 403
        case = browser.get(reverse("admin:verification_application_change", args=[file.application_id]))
        assert "<iframe" not in case.content.decode() and "toko.pdf" in case.content.decode()

    def test_nobody_from_outside_comes_in(self) -> None:
        file = filed(pdf())
        for page, more in [("evidence", ()), ("viewer", ()), ("page", (1,))]:
            assert Client().get(address(file, page, *more)).status_code == 302

    def test_a_file_that_is_gone(self, browser: Client, settings: Any, tmp_path: Any) -> None:
        file = filed(pdf())
        (picture,) = pictures(browser.get(address(file)))
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        viewer = browser.get(address(file))
        assert viewer.status_code == 404
        assert "not on the disk any more" in viewer.content.decode()
        assert viewer["X-Frame-Options"] == "SAMEORIGIN"
        assert browser.get(picture).status_code == 404
        assert browser.get(address(file, "evidence")).status_code == 404

    def test_a_post_does_nothing(self, browser: Client) -> None:
        file = filed(pdf())
        for page, more in [("evidence", ()), ("viewer", ()), ("page", (1,))]:
            assert browser.post(address(file, page, *more)).status_code == 405


def _reader(browser: Client) -> User:
    return User.objects.get(pk=browser.session["_auth_user_id"])
