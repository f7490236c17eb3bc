"""The registry's own settings, with the plain view sets beside its API: one server process answers both."""

from registry.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.plain_urls"
