"""The test vectors of docs/snapshot.md: `python -m tests.snapshots.vectors` writes them anew."""

from collections.abc import Sequence

from accounts.snapshots import rice
from tests.server import ROOT

DOCUMENT = ROOT / "docs" / "snapshot.md"
BEGIN, END = "<!-- vectors -->\n", "<!-- end of the vectors -->\n"
VECTORS: list[tuple[str, int, Sequence[int]]] = [
    ("Nothing", 62, []),
    ("One number", 62, [6281234567890]),
    ("Neighbours: every gap is 0, and so is the parameter", 1, [12025550100, 12025550101, 12025550102]),
    ("Some gaps", 62, [6281200000, 6281200005, 6281200006, 6281200050, 6281200055, 6281200060]),
    (
        "Seven to fifteen digits: most gaps are escaped",
        999,
        [int("9990000" + "1" * more) for more in range(9)],
    ),
    ("One more than a block: each number is one more than the one before", 62, range(6281200000, 6281200513)),
]
NUMBERS_SHOWN = 12


def markdown() -> str:
    return "\n".join(map(_vector, range(len(VECTORS)), VECTORS))


def _vector(place: int, vector: tuple[str, int, Sequence[int]]) -> str:
    title, prefix, numbers = vector
    file = rice.encode(prefix, numbers).hex()
    listed = [str(number) for number in numbers]
    if len(listed) > NUMBERS_SHOWN:
        listed = [*listed[:3], "…", listed[-1]]
    lines = [file[start : start + 64] for start in range(0, len(file), 64)]
    return "\n".join(
        [
            f"**{place + 1}. {title}.** Prefix {prefix}; {len(numbers)} numbers: {', '.join(listed) or 'none'}.",
            "",
            *(f"    {line}" for line in lines),
            "",
        ]
    )


def placed(document: str) -> str:
    """The document with its vectors as they should be."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{markdown()}\n{END}{after}"


if __name__ == "__main__":
    DOCUMENT.write_text(placed(DOCUMENT.read_text()))
