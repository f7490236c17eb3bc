"""`python -m registry.totp rita`: the code of the second step, from the secret that the first run wrote down.

For a newcomer without an authenticator app at hand. It knows the secrets of `first-run.json` only.
"""

import base64
import hashlib
import hmac
import json
import os
import struct
import sys
import time
from pathlib import Path

STEP_SECONDS = 30


def code(secret: str, step: int) -> str:
    """Six digits (RFC 6238, SHA-1) for the `step`-th half minute since 1970. `secret` is base32."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1)
    number: int = struct.unpack_from(">I", digest, digest[-1] & 15)[0] & 0x7FFF_FFFF
    return f"{number % 1_000_000:06}"


def main() -> int:
    kept = Path(os.environ.get("VAR_DIR", Path(__file__).resolve().parent.parent / "var")) / "first-run.json"
    try:
        staff = {person["username"]: person for person in json.loads(kept.read_text())["staff"]}
        secret = staff[sys.argv[1]]["totp_secret"]
    except FileNotFoundError:
        print(f"error: there is no {kept}: start the registry first, or say its VAR_DIR", file=sys.stderr)
        return 1
    except (IndexError, KeyError):
        print(f"usage: python -m registry.totp NAME, one of those in {kept}", file=sys.stderr)
        return 2
    print(code(secret, int(time.time()) // STEP_SECONDS))
    return 0


if __name__ == "__main__":
    sys.exit(main())
