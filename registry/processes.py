"""What a child process is before it runs: as which user, with which capability, dying with its parent.

Linux does all of it. Elsewhere what does not exist is left out: an orderly stop still stops everything.
"""

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

# Numbers of linux/prctl.h and linux/capability.h.
_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 1, 28, 38, 47
_PR_CAP_AMBIENT_RAISE = 2
_NO_SETUID_FIXUP = 1 << 2
_CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2

# Looked up here, not in the child: between fork and exec only plain system calls are safe.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def _system_call(name: str, *arguments: object) -> None:
    if _libc is None:
        raise OSError(f"{name} exists on Linux only")
    if getattr(_libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name} failed")


@dataclass(frozen=True)
class Identity:
    """The user a process runs as. `capability` is kept across the exec (see docs/decisions/0002)."""

    uid: int
    gid: int
    capability: int | None = None

    def assume(self) -> None:
        """Become this user for good; for `preexec_fn`."""
        if self.uid == os.geteuid():
            return
        if self.capability is not None:
            # Keeps capabilities over setuid; and access(2), which PostgreSQL asks, heeds them only with this.
            _system_call("prctl", _PR_SET_SECUREBITS, _NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        if self.capability is not None:
            _keep_only(self.capability)
        with contextlib.suppress(OSError):  # one lock more; an old kernel without it is no reason to stop
            _system_call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _keep_only(capability: int) -> None:
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the same for the capabilities above 31
    sets = (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)
    _system_call("capset", header, sets)
    _system_call("prctl", _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)


def die_with_parent(with_signal: signal.Signals) -> None:
    """Have the kernel send this process a signal when its parent dies, even of `kill -9`."""
    if _libc is not None:
        _system_call("prctl", _PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)


def dying_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`. The parent may die before the call is made; then there is nobody left to die with."""
    parent = os.getpid()

    def prepare() -> None:
        die_with_parent(with_signal)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
