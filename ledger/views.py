"""The public accounts at /books/."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core import clock
from ledger import balances
from ledger.models import Fund

_PLOT_WIDTH = 600


@require_safe
@cache_control(public=True, max_age=30)
def books(request: HttpRequest) -> HttpResponse:
    """Show each public fund's money in, out, promised and available, as a plot and as a table."""
    rows = balances.of_all(Fund.objects.filter(is_public=True).order_by("pk"))
    return render(request, "ledger/books.html", {"balances": rows, "bars": _bars(rows), "at": clock.now()})


def _bars(rows: list[balances.Balance]) -> list[dict[str, Any]]:
    """Return, for each fund, the lengths of its two bars on a common scale for each currency."""
    longest: dict[str, Decimal] = {}
    for row in rows:
        code = row.fund.currency
        longest[code] = max(longest.get(code, Decimal(0)), row.money_in.amount, row.money_out.amount)
    return [
        {
            "balance": row,
            "y": place * 76,
            "in_width": _length(row.money_in.amount, longest[row.fund.currency]),
            "out_width": _length(row.money_out.amount, longest[row.fund.currency]),
        }
        for place, row in enumerate(rows)
    ]


def _length(amount: Decimal, longest: Decimal) -> int:
    return int(_PLOT_WIDTH * max(amount, Decimal(0)) / longest) if longest else 0
