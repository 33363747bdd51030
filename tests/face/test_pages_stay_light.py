"""Pages stay small, load nothing from elsewhere, and obey a policy that forbids inline styles and scripts."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STYLESHEET = ROOT / "static" / "liferaft.css"
LETTERS_AND_PRINT = {"emails", "mail", "receipts"}


def page_templates() -> list[Path]:
    folder = ROOT / "templates"
    found = sorted(folder.rglob("*.html"))
    # Mail programs read styles that stand on the elements and in the head, and no others.
    found = [path for path in found if folder / "cms" / "letter" not in path.parents]
    return [path for path in found if path.relative_to(folder).parts[0] not in LETTERS_AND_PRINT]


def test_the_stylesheet_is_smaller_than_twenty_kilobytes() -> None:
    assert STYLESHEET.stat().st_size < 20 * 1024


def test_the_stylesheet_loads_nothing() -> None:
    assert re.findall(r"@import|@font-face|url\(|https?:", STYLESHEET.read_text()) == []


def test_no_page_carries_styles_or_scripts_inline() -> None:
    # A block of data is not run.
    script = r"<script(?![^>]*(?:\bsrc=|type=.application/json))"
    inline = re.compile(rf"\sstyle=|<style\b|\son[a-z]+=|{script}", re.IGNORECASE)

    offenders = [str(path.relative_to(ROOT)) for path in page_templates() if inline.search(path.read_text())]

    assert offenders == []


def test_no_page_loads_from_another_host() -> None:
    foreign = re.compile(
        r"<(?:script|img|iframe|link|source|video)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    )

    offenders = [str(path.relative_to(ROOT)) for path in page_templates() if foreign.search(path.read_text())]

    assert offenders == []
