"""The page tells the truth of a picture, in words as well as in colours, in both languages, without a script."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from registry.status.components import COMPONENTS, KEYS, LABELS, NO_DATA, Status
from registry.status.drawing import files
from registry.status.drawing.late import said_late
from registry.status.drawing.words import WORDS
from registry.status.incidents import Stage
from registry.status.picture import DAYS, HISTORY_DAYS, Picture
from registry.status.times import day, day_of, full
from tests.registry.status import pictures
from tests.third_language import CODE, install, write_catalogue

HEAVIEST = 60_000  # bytes of page, style and script together


class Seen(HTMLParser):
    """A page as somebody reads it who sees neither colours nor what is hidden."""

    VOID = frozenset({"meta", "link", "br", "path", "rect", "circle", "use", "input"})
    CLOSED_BY = {"tr": ("td", "th", "tr"), "td": ("td", "th"), "th": ("td", "th")}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[tuple[str, bool]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        self.tags.append((tag, of))
        self.ids += [str(of["id"])] if "id" in of else []
        self.links += [str(of[name]) for name in ("href", "src") if of.get(name)]
        if "aria-label" in of and tag == "svg":
            self.words.append(str(of["aria-label"]))
        while self.open and self.open[-1][0] in self.CLOSED_BY.get(tag, ()):
            self.open.pop()
        if tag not in self.VOID:
            self.open.append((tag, "hidden" in of or tag in ("title", "script")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(hidden for _, hidden in self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def page(picture: Picture, language: str = "en", *, late: bool = False) -> str:
    name = f"{language}/index.html"
    body = files(picture)[name]
    return (said_late(name, body) if late else body).decode()


def seen(picture: Picture, language: str = "en", *, late: bool = False) -> str:
    return Seen(page(picture, language, late=late)).text


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", pictures.PICTURES)
def test_every_picture_makes_a_page(name: str, language: str) -> None:
    picture = pictures.PICTURES[name]
    drawn = files(picture)
    shown = Seen(drawn[f"{language}/index.html"].decode())
    assert len(shown.ids) == len(set(shown.ids))
    assert picture.overall.description.in_language(language) in shown.text
    for component in COMPONENTS:
        assert component.name.in_language(language) in shown.text
        status = picture.status_of(component.key)
        assert (status.label if status else NO_DATA).in_language(language) in shown.text
    for _, attributes in shown.tags:  # the policy of the site forbids them
        assert not {"style", "onclick"} & attributes.keys()
    weight = sum(len(drawn[one]) for one in (f"{language}/index.html", "status.css", "status.js"))
    assert weight < HEAVIEST, weight


@pytest.mark.parametrize("name", ["index.html", "index-en.html", "id/index.html", "en/index.html"])
def test_all_links_are_relative_and_lead_to_files_of_the_folder(name: str) -> None:
    """So that it works under any path of any host; but the registry itself."""
    drawn = files(pictures.OUTAGE)
    shown = Seen(drawn[name].decode())
    outside = {link for link in shown.links if "://" in link}
    language = "en" if "en" in name else "id"
    subscribing = f"http://127.0.0.1:8000/status/subscribe/?language={language}"
    assert outside == {"http://127.0.0.1:8000/", subscribing}
    for link in set(shown.links) - outside:
        if link.startswith("#"):
            assert link[1:] in shown.ids
            continue
        way = (name.rsplit("/", 1)[0] + "/" if "/" in name else "") + link
        way = re.sub(r"^[a-z-]+/\.\./", "", way)
        assert (f"{way}index.html" if way.endswith("/") else way) in drawn, link


def test_the_last_check_is_told_in_both_times() -> None:
    assert "Last check: 22 November 2026, 17:04 WIB (10:04 UTC)" in seen(pictures.ALL_WELL)
    assert "Pemeriksaan terakhir: 22 November 2026, 17.04 WIB (10.04 UTC)" in seen(pictures.ALL_WELL, "id")


def test_open_incidents_stand_before_the_components_and_past_ones_after() -> None:
    text = seen(pictures.OUTAGE)
    places = [text.index(WORDS[word].en) for word in ("open", "components", "follow", "history")]
    assert places == sorted(places)
    assert WORDS["open"].en not in seen(pictures.ALL_WELL)


def test_an_incident_is_told_with_its_updates_the_newest_first() -> None:
    text = seen(pictures.OUTAGE)
    past = text[text.index("19 November 2026 Look-ups fail") :]
    labels = [stage.label.en for stage in (Stage.RESOLVED, Stage.MONITORING, Stage.INVESTIGATING)]
    assert [past.index(label) for label in labels] == sorted(past.index(label) for label in labels)
    assert "Affects: Look-ups" in text
    assert "Found by our automatic checks." in text
    assert full(pictures.NOW - timedelta(minutes=9)).en in text


def test_every_day_of_the_history_is_named_and_says_when_there_was_nothing() -> None:
    text = seen(pictures.OUTAGE)
    history = text[text.index(WORDS["history"].en) :]
    assert history.count(WORDS["none"].en) == HISTORY_DAYS - 2
    assert history.index("22 November 2026") < history.index("8 November 2026")
    assert f"{WORDS['goes_on'].en} Look-ups fail" in history


def test_a_new_page_has_no_fortnight_without_data() -> None:
    days = [replace(day, rounds=0) for day in pictures.full_days()[:-2]] + pictures.full_days()[-2:]
    text = seen(pictures.picture(days=dict.fromkeys(KEYS, days)))
    history = text[text.index(WORDS["history"].en) :]
    assert history.count(WORDS["none"].en) == 2
    assert history.count(WORDS["before"].en) == 1
    began = pictures.NOW - timedelta(days=5)
    for ended in (None, began + timedelta(hours=1)):  # written down by staff
        told = pictures.incident("before", began=began, ended=ended)
        text = seen(pictures.picture(days=dict.fromkeys(KEYS, days), incidents=[told]))
        history = text[text.index(WORDS["history"].en) :]
        assert history.count(WORDS["unmeasured"].en) == 3
        assert told.title.en in history
    assert "(2 days)" not in seen(pictures.ALL_WELL) and WORDS["before"].en not in seen(pictures.ALL_WELL)


def test_what_began_before_the_fortnight_and_ended_in_it_stands_on_its_oldest_day() -> None:
    began = pictures.NOW - timedelta(days=HISTORY_DAYS + 5)
    long = pictures.incident("long", began=began, ended=pictures.NOW - timedelta(days=2))
    text = seen(pictures.picture(incidents=[long]))
    assert text.index(long.title.en) > text.index(
        day(day_of(pictures.NOW) - timedelta(days=HISTORY_DAYS - 1)).en
    )


def test_maintenance_by_what_is_now_what_comes_and_what_was() -> None:
    text = seen(pictures.MAINTAINED)
    now, components, upcoming, history = (
        text.index(WORDS[word].en) for word in ("active", "components", "upcoming", "history")
    )
    assert now < components < upcoming < history
    assert "From 22 November 2026, 16:34 WIB (09:34 UTC) to 17:34 WIB (10:34 UTC)" in text[now:components]
    assert text[upcoming:history].index("24 November") < text[upcoming:history].index("1 December")
    assert "16 November 2026 Database upgrade" in text[history:]
    assert LABELS[Status.MAINTENANCE].en in text[components:upcoming]


@pytest.mark.parametrize("picture", [pictures.SILENT, pictures.NEVER])
def test_no_data_is_neither_up_nor_down(picture: Picture) -> None:
    text = seen(picture)
    for status in Status:
        assert status.label.en not in text.split(WORDS["follow"].en)[0].replace(WORDS["legend"].en, "")
    assert NO_DATA.en in text


def test_a_late_page_says_nothing_of_now() -> None:
    text = seen(pictures.ALL_WELL, late=True)
    assert WORDS["late_title"].en in text
    assert pictures.ALL_WELL.overall.description.en not in text
    assert Status.OPERATIONAL.label.en not in text
    assert WORDS["late_title"].en not in seen(pictures.ALL_WELL)


def test_texts_of_staff_stay_text_and_keep_their_paragraphs() -> None:
    drawn = page(pictures.FOREIGN)
    assert "<script>alert" not in drawn and "<b>" not in drawn
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn
    assert "<p>A second paragraph.</p>" in page(pictures.OUTAGE)
    counted = page(pictures.ALL_WELL).count('data-when="now"')
    assert drawn.count('data-when="now"') == counted  # what staff wrote is no mark for whoever serves it


def test_each_day_of_each_component_is_in_a_table() -> None:
    rows = re.findall(r"<tr><th>(.*?)<td>(.*?)<td>(.*?)<td>(.*?)\n", page(pictures.OUTAGE))
    assert len(rows) == DAYS * len(COMPONENTS)
    lookups = {date: numbers for date, *numbers in rows[:DAYS]}
    dates = list(lookups)
    assert (dates[0], dates[-1]) == ("22 November 2026", "25 August 2026")
    assert lookups["22 November 2026"] == ["99.02%", "10 min", "–"]
    assert lookups["19 November 2026"] == ["99.89%", "2 min", "–"]
    assert lookups["14 November 2026"] == ["58.33%", "10 h", "–"]
    assert lookups["7 November 2026"] == ["100%", "–", "16 h 30 min"]
    assert lookups["23 October 2026"] == ["100%", "–", "–"]  # in part maintained
    assert lookups["22 October 2026"] == ["–", "–", "–"]  # all day
    assert lookups["13 October 2026"] == ["0%", "20 min", "23 h 40 min"]
    assert lookups["25 August 2026"] == ["–", "–", "24 h"]


def test_the_picture_of_the_bars_is_told_in_words() -> None:
    days = pictures.bad_days()
    rounds, failed = sum(day.rounds for day in days), sum(day.failed for day in days)
    share = f"{int((rounds - failed) / rounds * 10_000) / 100:.2f}"
    measured = int(rounds * pictures.EVERY // 86_400)
    text = seen(pictures.OUTAGE)
    assert (
        f"Look-ups, the last 90 days: {share}% uptime ({measured} days); days with an outage: 5; days without data: 30"
        in text
    )
    assert f"{share.replace('.', ',')}% berfungsi ({measured} hari)" in seen(pictures.OUTAGE, "id")


def test_a_third_language_has_its_page_its_feed_and_its_badge(settings: Any, tmp_path: Path) -> None:
    """Whatever the page says by itself is asked of the catalogue: nothing stands outside of the guillemets."""
    write_catalogue(tmp_path)
    install(settings, tmp_path)
    drawn = files(pictures.OUTAGE)
    assert {f"{CODE}/{name}" for name in ("index.html", "history.atom", "badge.svg")} < drawn.keys()
    shown = Seen(drawn[f"{CODE}/index.html"].decode())
    ours = {text.en for text in (*WORDS.values(), *LABELS.values()) if "{" not in text.en}
    said = {word.strip() for word in shown.words}
    assert not ours & said
    assert "«Service status»" in said
    assert "«Partial System Outage»" in drawn[f"{CODE}/badge.svg"].decode()
