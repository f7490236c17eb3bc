"""Django's own handler, nothing of the registry's in front of it; DJANGO_SETTINGS_MODULE says what it serves.

`WITHOUT_MIDDLEWARE` in those settings does what it says, once the apps are loaded: allauth will not start without its.
"""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup(set_prefix=False)
if getattr(settings, "WITHOUT_MIDDLEWARE", False):
    settings.MIDDLEWARE = []

application = WSGIHandler()
