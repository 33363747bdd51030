"""The bare view without any middleware: the least that Django takes for a page."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
settings.MIDDLEWARE = []
application = WSGIHandler()
