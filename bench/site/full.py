"""The bare view behind all our middleware, but for the page cache, which is what is measured."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
