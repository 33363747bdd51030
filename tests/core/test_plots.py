"""Plots: what is drawn is what the table says, for eyes, for screen readers and for a strict policy."""

import re
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from core.plots import Kind, Label, Plot, Point, Series

MONTHS = [Label("January 2026", "Jan"), Label("February 2026", "Feb"), Label("March 2026", "Mar")]


def series(name: str, *values: int, is_whole: bool = False) -> Series:
    return Series(name, [Point(value, f"${value}", f"/rows/?n={value}&b=1") for value in values], is_whole)


def plot(kind: Kind, *shown: Series, labels: list[Label] = MONTHS) -> Plot:
    return Plot("income", kind, "Income", "By month and fund", "Month", labels, shown, lambda value: f"${value:f}")


def drawn(what: Plot) -> str:
    return " ".join(render_to_string("components/plot.html", {"plot": what}).split())


def test_table_has_every_number_with_the_way_to_its_rows() -> None:
    page = drawn(plot(Kind.STACKED, series("Aid", 10, 0, 30), series("All", 10, 0, 30, is_whole=True)))

    cells = re.findall(r'<td class="number"><a href="([^"]+)">([^<]+)</a>', page)
    assert cells == [(f"/rows/?n={n}&amp;b=1", f"${n}") for n in [10, 10, 0, 0, 30, 30]]
    assert re.findall(r'<th scope="row" class="whole">([^<]+)<', page) == [label.full for label in MONTHS]


def test_a_whole_is_in_the_table_and_not_drawn_beside_its_parts() -> None:
    both = plot(Kind.STACKED, series("Aid", 10, 0, 30), series("All", 10, 0, 30, is_whole=True))

    assert {bar.colour for bar in both.bars} == {1}
    assert both.key_to_colours == [(1, "Aid")]


def test_stacked_bars_stand_upon_each_other_and_are_as_long_as_their_numbers() -> None:
    bars = list(plot(Kind.STACKED, series("Aid", 10, 20, 30), series("General", 10, 0, 10)).bars)

    heights = [float(bar.height) for bar in bars]
    assert heights[2] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[3] == 0
    assert float(bars[1].y) + heights[1] == pytest.approx(float(bars[0].y), abs=0.2)


def test_bars_to_be_compared_stand_side_by_side_on_one_ground() -> None:
    new, lost = list(plot(Kind.BESIDE, series("New", 4, 1, 1), series("Lost", 2, 1, 1)).bars)[:2]

    assert float(lost.x[:-1]) == pytest.approx(float(new.x[:-1]) + float(new.width[:-1]), abs=0.02)
    assert float(new.y) + float(new.height) == pytest.approx(float(lost.y) + float(lost.height), abs=0.2)


def test_lines_go_from_point_to_point() -> None:
    dots = list(plot(Kind.LINES, series("Running", 1, 3, 2)).dots)

    assert [(dot.from_x, dot.from_y) for dot in dots[1:]] == [(dot.x, dot.y) for dot in dots[:-1]]
    assert float(dots[1].y) < float(dots[2].y) < float(dots[0].y)


@pytest.mark.parametrize(
    ("most", "scale"),
    [
        (0, ["$0"]),
        (1, ["$0", "$1"]),
        (3, ["$0", "$1", "$2", "$3"]),
        (7, ["$0", "$2", "$4", "$6", "$8"]),
        (4130, ["$0", "$2000", "$4000", "$6000"]),
    ],
)
def test_scale_is_in_round_numbers_and_reaches_over_everything(most: int, scale: list[str]) -> None:
    what = plot(Kind.STACKED, series("Aid", most, 0, 0))

    assert [mark.words for mark in what.marks] == scale
    assert all(float(bar.y) >= 0 for bar in what.bars)


def test_nothing_and_less_than_nothing_draw_nothing_wrong() -> None:
    assert "<rect" not in drawn(plot(Kind.STACKED, labels=[]))
    assert [bar.height for bar in plot(Kind.STACKED, series("Aid", -5, 0, 0)).bars] == ["0.0"] * 3


def test_series_must_fit_its_labels() -> None:
    with pytest.raises(ValueError, match="one point for each label"):
        plot(Kind.LINES, series("Running", 1, 2))


def test_screen_readers_get_a_title_and_a_description() -> None:
    page = drawn(plot(Kind.LINES, series("Running", 1, 3, 2)))

    assert 'role="img" aria-labelledby="income-title income-description"' in page
    assert '<title id="income-title">Income</title>' in page
    assert '<desc id="income-description">By month and fund</desc>' in page


def test_names_are_no_markup() -> None:
    page = drawn(plot(Kind.LINES, series("<script>alert(1)</script>", 1, 3, 2)))

    assert "<script" not in page


@pytest.mark.parametrize("kind", list(Kind))
def test_plot_obeys_a_policy_without_inline_styles_and_scripts(kind: Kind) -> None:
    assert re.findall(r"\sstyle=|<style|<script|\son[a-z]+=", drawn(plot(kind, series("Aid", 1, 2, 3)))) == []


def test_coordinates_are_written_alike_in_every_language() -> None:
    what = plot(Kind.LINES, Series("Aid", [Point(Decimal("1.5"), "1,50")] * 3))

    with translation.override("es"):
        assert re.findall(r'(?:x|y|width|height)\d?="[^"]*,[^"]*"', drawn(what)) == []


def test_where_there_is_little_room_every_other_month_goes_but_never_the_last() -> None:
    labels = [Label(str(n), str(n)) for n in range(12)]

    words = plot(Kind.LINES, series("Running", *range(12)), labels=labels).words

    assert [word.words for word in words if not word.may_go] == ["1", "3", "5", "7", "9", "11"]
