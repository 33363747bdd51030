"""Our settings, middleware and all, for the bare view; without the page cache, which is what is measured."""

from pathlib import Path

from config.settings import *  # noqa: F403 - the same settings is the point

ROOT_URLCONF = "bench.site.bare"
TEMPLATES[0]["DIRS"] = [Path(__file__).parent]  # noqa: F405 - of config.settings
MIDDLEWARE.remove("cms.page_cache.PageCache")  # noqa: F405 - see above
