"""Our settings without any cache: every page is made for whoever asks."""

from config.settings import *  # noqa: F403 - the same settings otherwise

CACHES = {name: {"BACKEND": "django.core.cache.backends.dummy.DummyCache"} for name in CACHES}  # noqa: F405 - see above
MIDDLEWARE.remove("cms.page_cache.PageCache")  # noqa: F405 - see above
