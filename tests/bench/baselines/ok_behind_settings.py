"""The same view behind the registry's own middleware."""

from registry.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.baselines.ok"
