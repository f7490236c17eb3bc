"""The registry's settings with the view that answers b"ok" and no middleware: the fastest that Django can be."""

from registry.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.baselines.ok"
WITHOUT_MIDDLEWARE = True
