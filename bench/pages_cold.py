"""The same pages as in ``bench/pages.py`` with every cache off: what a page costs that nobody has asked for yet."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from bench import pages

if __name__ == "__main__":
    pages.measure("pages-cold", "bench.site.cold:application", "bench.site.cold_settings")
