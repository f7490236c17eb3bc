"""The registry's settings for Django's own handler and the view sets, without any middleware."""

from registry.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.baselines.plain"
WITHOUT_MIDDLEWARE = True
# What the registry sets of DRF and a plain project has not got.
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
# A 404 is not worth a line: writing it would cost the view sets what it costs nobody else.
LOGGING = {"version": 1, "disable_existing_loggers": False, "loggers": {"django.request": {"level": "ERROR"}}}
