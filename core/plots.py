"""Plots drawn on the server: one set of numbers, shown as an SVG and as the table beneath it.

``templates/components/plot.html`` shows both. Widths are percentages and heights pixels, so that a plot is as wide as
its place while its letters keep their size; colours come from the stylesheet, so nothing is styled in place.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

HEIGHT = 220
_TOP, _BASE, _FOOT = 20, 196, 214
# Where the marks of the scale are written.
_LEFT = Decimal(12)
_STEPS = 4
# So many colours are told apart.
_COLOURS = 6
_MANY_LABELS = 6


class Kind(StrEnum):
    STACKED = "stacked"  # parts of a whole
    BESIDE = "beside"  # to be compared
    LINES = "lines"  # how something goes on


@dataclass(frozen=True)
class Point:
    """One number. ``shown``: as the table writes it; ``url``: where its rows are."""

    value: int | Decimal
    shown: str
    url: str = ""


@dataclass(frozen=True)
class Label:
    """A place along the plot, in full for the table and short for below a bar."""

    full: str
    short: str


@dataclass(frozen=True)
class Series:
    """Numbers of one thing, one for each label. A whole is in the table only."""

    name: str
    points: Sequence[Point]
    is_whole: bool = False


@dataclass(frozen=True)
class Mark:
    """A line of the scale."""

    y: str
    words_y: str
    words: str


@dataclass(frozen=True)
class Word:
    """A label under the plot. ``may_go``: left out where there is little room."""

    x: str
    words: str
    may_go: bool


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    colour: int
    words: str


@dataclass(frozen=True)
class Dot:
    """A point of a line, with the place of the one before it."""

    x: str
    y: str
    from_x: str
    from_y: str
    colour: int
    words: str


@dataclass(frozen=True)
class Plot:
    """What a plot shows.

    :ivar key: its name among the ids of the page
    :ivar along: what the labels are, for example "Month"
    :ivar scale: how a value is written beside the lines of the scale
    """

    key: str
    kind: Kind
    title: str
    description: str
    along: str
    labels: Sequence[Label]
    series: Sequence[Series]
    scale: Callable[[Decimal], str] = lambda value: f"{value:f}"

    def __post_init__(self) -> None:
        if any(len(series.points) != len(self.labels) for series in self.series):
            raise ValueError("every series has one point for each label")

    @property
    def drawn(self) -> list[Series]:
        return [series for series in self.series if not series.is_whole]

    @property
    def rows(self) -> Iterator[tuple[str, list[Point]]]:
        """The table: each label with its numbers."""
        for place, label in enumerate(self.labels):
            yield label.full, [series.points[place] for series in self.series]

    @property
    def key_to_colours(self) -> list[tuple[int, str]]:
        return [(_colour(number), series.name) for number, series in enumerate(self.drawn)]

    @property
    def marks(self) -> list[Mark]:
        steps = _steps(self._most())
        heights = [self._height(step) for step in steps]
        return [Mark(_px(y), _px(y - 4), self.scale(step)) for y, step in zip(heights, steps, strict=True)]

    @property
    def words(self) -> list[Word]:
        last = len(self.labels) - 1
        return [
            Word(_percent(self._middle(place)), label.short, last >= _MANY_LABELS and (last - place) % 2 == 1)
            for place, label in enumerate(self.labels)
        ]

    @property
    def bars(self) -> Iterator[Bar]:
        """The rectangles: upon each other or beside each other."""
        if self.kind == Kind.LINES:
            return
        slot = self._slot()
        beside = len(self.drawn) if self.kind == Kind.BESIDE else 1
        width = slot * Decimal("0.7") / (beside or 1)
        for place, label in enumerate(self.labels):
            below = Decimal(0)
            for number, series in enumerate(self.drawn):
                point = series.points[place]
                value = _length(point)
                left = _LEFT + slot * (place + Decimal("0.15")) + (width * number if beside > 1 else 0)
                top, foot = self._height(below + value), self._height(below)
                words = f"{label.full}, {series.name}: {point.shown}"
                yield Bar(_percent(left), _px(top), _percent(width), _px(foot - top), _colour(number), words)
                below += value if self.kind == Kind.STACKED else 0

    @property
    def dots(self) -> Iterator[Dot]:
        """The points of the lines."""
        if self.kind != Kind.LINES:
            return
        for number, series in enumerate(self.drawn):
            before: tuple[str, str] | None = None
            for place, point in enumerate(series.points):
                x, y = _percent(self._middle(place)), _px(self._height(_length(point)))
                words = f"{self.labels[place].full}, {series.name}: {point.shown}"
                yield Dot(x, y, *(before or (x, y)), _colour(number), words)
                before = (x, y)

    def _most(self) -> Decimal:
        if self.kind == Kind.STACKED:
            return max((sum(map(_length, at), Decimal(0)) for at in self._columns()), default=Decimal(0))
        return max((_length(point) for at in self._columns() for point in at), default=Decimal(0))

    def _columns(self) -> Iterator[tuple[Point, ...]]:
        return zip(*(series.points for series in self.drawn), strict=True)

    def _height(self, value: Decimal) -> Decimal:
        top = _steps(self._most())[-1]
        return _BASE - (_BASE - _TOP) * value / top if top else Decimal(_BASE)

    def _slot(self) -> Decimal:
        return (100 - _LEFT) / (len(self.labels) or 1)

    def _middle(self, place: int) -> Decimal:
        return _LEFT + self._slot() * (place + Decimal("0.5"))


def _length(point: Point) -> Decimal:
    # What is below zero has no bar; the table says it.
    return max(Decimal(point.value), Decimal(0))


def _steps(most: Decimal) -> list[Decimal]:
    """Return the values of the scale's lines: round ones, from nothing to at least the most."""
    if most <= 0:
        return [Decimal(0)]
    raw = most / _STEPS
    tens = Decimal(10) ** raw.adjusted()
    round_one = next(tens * factor for factor in (1, 2, 5, 10) if tens * factor >= raw)
    step = Decimal(max(int(round_one), 1))
    count = int((most / step).to_integral_value(ROUND_CEILING))
    return [step * number for number in range(count + 1)]


def _colour(number: int) -> int:
    return number % _COLOURS + 1


def _percent(value: Decimal) -> str:
    return f"{value:.2f}%"


def _px(value: Decimal) -> str:
    return f"{value:.1f}"
