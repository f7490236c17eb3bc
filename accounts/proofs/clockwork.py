"""What the clock does about numbers."""

from accounts.audit import sweeping
from accounts.proofs import claims

SWEEP = 200  # rows of a kind in one tick; the next one goes on


def tick() -> dict[str, int]:
    """Returns how many of each."""
    return {
        "settled": sweeping.each(claims.moot()[:SWEEP], claims.settle_moot),
        "run_out": sweeping.each(claims.overdue()[:SWEEP], claims.run_out),
    }
