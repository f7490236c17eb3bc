"""All tests: first those that share the machine, two at a time; then, one after the other, those that can't.

python -m tests [arguments of pytest]
"""

import subprocess
import sys

import pytest

SHARING = [
    "-m",
    "not alone and not soak and not bench",
    "-n",
    "2",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
]
ALONE = ["-m", "alone and not soak and not bench"]


def main(arguments: list[str]) -> int:
    """pytest's exit code: of the first half that failed. That a half has none of the tests asked for is no failure."""
    codes = [
        subprocess.run([sys.executable, "-m", "pytest", *half, *arguments], check=False).returncode
        for half in (SHARING, ALONE)
    ]
    failed = [code for code in codes if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)]
    return failed[0] if failed else min(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
