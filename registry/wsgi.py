"""The entry point of every WSGI server; `make run` serves it with granian."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from registry.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

if os.environ.get("REGISTRY_SUPERVISED"):
    # A worker outlives a granian that was killed with -9, and would go on answering with old code.
    die_with_parent(signal.SIGKILL)

application = get_wsgi_application()
