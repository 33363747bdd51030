"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from cms.page_cache import Door
from config.unreadable import become_unreadable

become_unreadable()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = Door(get_wsgi_application())
