"""What an operator asks first: which store is in use, how large it is, and how fresh."""

from datetime import UTC, datetime

from accounts.cardstore import generations
from accounts.cardstore.pulse import Pulse
from accounts.cardstore.reading import MICROSECONDS
from accounts.cardstore.store import DAMAGED, Store


def status() -> dict[str, str]:
    """Raises Unusable: there is none, or it can't be read."""
    beat = Pulse(generations.pulse_file()).last()
    said = {
        "Folder": str(generations.folder()),
        "Generation": beat.generation or "none that may be read: look-ups ask the database",
        "As of": datetime.fromtimestamp(beat.as_of // MICROSECONDS, UTC).isoformat(),
        "Age": f"{beat.age() / MICROSECONDS:.1f} s",
        "Event": str(beat.cursor),
        "Generations": ", ".join(path.name for path in generations.existing()) or "none",
    }
    if not beat.generation:
        return said
    path = generations.folder() / beat.generation
    store = Store(path)
    with store.reading() as view:
        cards = store.count(view)
        said |= {
            "Cards": str(cards),
            "Keys": str(len(store.keys(view))),
            "Policy": store.policy(view).version,
            "Size": f"{sum(file.stat().st_blocks for file in path.iterdir()) * 512 / 1e6:.1f} MB",
            "Roll": f"{store.roll.cells} cells, {cards / store.roll.cells:.2f} numbers each of 7",
            "Damaged": (path / DAMAGED).read_text() if (path / DAMAGED).exists() else "no",
        }
    return said
