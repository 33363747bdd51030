"""The face of Liferaft can be read: contrast as WCAG 2.2 AA asks for, in light and dark."""

import re
from pathlib import Path

import pytest

STYLESHEET = Path(__file__).resolve().parents[2] / "static" / "liferaft.css"
TOKEN = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6});")

# WCAG 2.2, 1.4.3: text 4.5 to 1. 1.4.11: borders of fields, bars and other parts that carry meaning 3 to 1.
TEXT = [
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink", "field"),
    ("soft", "paper"),
    ("soft", "wash"),
    ("soft", "field"),
    ("signal-text", "paper"),
    ("signal-text", "wash"),
    ("on-signal", "signal"),
    ("paper", "ink"),
    ("calm", "paper"),
    ("calm", "calm-wash"),
    ("ink", "calm-wash"),
    ("alarm", "paper"),
    ("alarm", "alarm-wash"),
    ("ink", "alarm-wash"),
]
PARTS = [
    ("edge", "paper"),
    ("edge", "field"),
    ("edge", "wash"),
    ("signal-edge", "paper"),
    ("calm", "line"),
    ("alarm", "field"),
]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = STYLESHEET.read_text().split("(prefers-color-scheme: dark)", 1)
    found = dict(TOKEN.findall(light))
    return found if scheme == "light" else found | dict(TOKEN.findall(dark))


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXT)
def test_text_can_be_read_on_its_ground(scheme: str, front: str, back: str) -> None:
    colours = tokens(scheme)

    assert contrast(colours[front], colours[back]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "back"), PARTS)
def test_parts_that_carry_meaning_stand_out(scheme: str, front: str, back: str) -> None:
    colours = tokens(scheme)

    assert contrast(colours[front], colours[back]) >= 3


def test_every_colour_has_a_light_and_a_dark_value() -> None:
    light, dark = STYLESHEET.read_text().split("(prefers-color-scheme: dark)", 1)

    assert set(dict(TOKEN.findall(light))) == set(dict(TOKEN.findall(dark)))


def test_rules_use_colours_by_name_only() -> None:
    rules = STYLESHEET.read_text().split("@layer base {", 1)[1].split("@media print", 1)[0]

    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", rules) == []
