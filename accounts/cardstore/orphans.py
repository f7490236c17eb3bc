"""A process that works for another one ends with it, also where that one was killed with -9.

An open connection would keep a view of the database, and an unfinished folder its place, as long as the orphan lives.
"""

import os
import threading
import time

_LOOK_EVERY_SECONDS = 0.2
ORPHANED = 70  # the exit code


def end_with(parent: int) -> None:
    """Call it in the child, with the process id of who started it: that one may be gone before this is called."""
    threading.Thread(target=_watch, args=[parent], name="watches its parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_SECONDS)
    os._exit(ORPHANED)
