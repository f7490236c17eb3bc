"""Every text that a catalogue of translations has: what is marked in code and templates, and the tables of sentences.

Needs Babel, of requirements-dev.txt: for `manage.py add_language` and the tests.
"""

import ast
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from django import forms
from django.conf import settings
from django.forms import models as model_forms
from django.utils import dates, translation
from django.utils.translation.template import templatize

from registry.languages import NAME, NAME_CONTEXT

ROOT: Path = settings.BASE_DIR

# Which arguments of Django's functions are the text.
PARTS: dict[str, dict[str, int]] = {
    "gettext": {"singular": 0},
    "gettext_noop": {"singular": 0},
    "ngettext": {"singular": 0, "plural": 1},
    "pgettext": {"context": 0, "singular": 1},
    "npgettext": {"context": 0, "singular": 1, "plural": 2},
}
PARTS |= {f"{name}_lazy": parts for name, parts in PARTS.items()}
# The same for Babel, of what stands in a template once Django has prepared it.
IN_TEMPLATES: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


class Marked(NamedTuple):
    singular: str
    plural: str = ""
    context: str = ""


# A text and its place; where it can't be extracted, a sentence that says why.
Found = tuple[str, Marked | str]


def everything_marked() -> list[Found]:
    """What is translated by gettext: the Indonesian catalogue has these."""
    return [
        *chain.from_iterable(marked_in_python(file) for file in _modules()),
        *chain.from_iterable(marked_in_template(file) for file in _templates()),
    ]


def sentences() -> list[Found]:
    """The English side of every `Text` in the code, whose Indonesian stands beside it."""
    return list(chain.from_iterable(sentences_in(file) for file in _modules()))


def _modules() -> list[Path]:
    return sorted(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in ("accounts", "registry")))


def _templates() -> list[Path]:
    folders = [ROOT / "accounts", ROOT / "registry"]
    return sorted(chain.from_iterable(folder.glob("**/templates/**/*.*") for folder in folders))


def marked_in_python(file: Path) -> Iterator[Found]:
    tree = ast.parse(file.read_text())
    imported = _imported(tree, "django.utils.translation")
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute):
            called = function = call.func.attr
        else:
            called = getattr(call.func, "id", "")
            function = imported.get(called, "")
        if function not in PARTS:
            continue
        place = f"{file.relative_to(ROOT)}:{call.lineno}"
        given = {part: call.args[index] for part, index in PARTS[function].items()}
        texts = {part: text.value for part, text in given.items() if isinstance(text, ast.Constant)}
        if called not in ("_", function):
            yield place, f"makemessages does not know {called}()"
        elif texts.keys() != given.keys():
            yield place, "only a text written out can be extracted"
        else:
            yield place, Marked(**{part: str(text) for part, text in texts.items()})


def marked_in_template(file: Path) -> Iterator[Found]:
    # What becomes of the HTML is no Python; without indents at least it can be read as tokens.
    python = "\n".join(line.strip() for line in templatize(file.read_text()).splitlines())
    for line, function, found, _ in extract_python(io.BytesIO(python.encode()), IN_TEMPLATES, [], {}):
        given = forms_of(found)
        parts = PARTS["gettext" if function == "_" else str(function)]
        texts = {part: str(given[index]) for part, index in parts.items()}
        yield f"{file.relative_to(ROOT)}:{line}", Marked(**texts)


def sentences_in(file: Path) -> Iterator[Found]:
    """A `Text` that is made of variables holds what somebody wrote elsewhere: data, or a Text already."""
    tree = ast.parse(file.read_text())
    if "Text" not in _imported(tree, "accounts.text"):
        return
    for call in _calls(tree):
        if getattr(call.func, "id", "") != "Text" or len(call.args) < 2:
            continue
        place, english = f"{file.relative_to(ROOT)}:{call.lineno}", call.args[1]
        if isinstance(english, ast.Constant):
            if english.value:
                yield place, Marked(str(english.value))
        elif isinstance(english, ast.JoinedStr | ast.BinOp):
            yield place, "only a sentence written out can be translated: fill it by .format()"


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _imported(tree: ast.Module, module: str) -> dict[str, str]:
    return {
        name.asname or name.name: name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for name in node.names
    }


def forms_of(text: Any) -> tuple[str, ...]:
    """Babel gives a text with a plural as several."""
    return (text,) if isinstance(text, str) else tuple(text)


def djangos() -> Iterator[Found]:
    """What Django itself says on our pages, where it lacks the language: months, sizes, forms' refusals."""
    yield "django", Marked("%(size)d byte", "%(size)d bytes")
    yield from (("django", Marked(f"%s {unit}")) for unit in ("KB", "MB"))
    fields = [forms.Field, *_below(forms.Field), model_forms.ModelChoiceField]
    with translation.override("en"):
        said = [
            *dates.MONTHS.values(),
            *chain.from_iterable(getattr(field, "default_error_messages", {}).values() for field in fields),
        ]
        yield from (("django", Marked(str(text))) for text in said if type(text).__name__ == "__proxy__")


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        if one.__module__.startswith("django."):
            yield one
            yield from _below(one)


def template(locale: str) -> Catalog:
    """A catalogue of everything that a further language translates, nothing of it translated."""
    made = Catalog(locale=locale, domain="django", project="verified-business registry", fuzzy=False)
    made.add(NAME, context=NAME_CONTEXT, auto_comments=["What the speakers of this language call it."])
    for place, text in [*everything_marked(), *sentences(), *djangos()]:
        if isinstance(text, Marked):
            name, _, line = place.rpartition(":")
            ids = (text.singular, text.plural) if text.plural else text.singular
            where = [(name, int(line))] if line.isdecimal() else []
            made.add(ids, context=text.context or None, locations=where)
    return made
