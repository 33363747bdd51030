"""HTML pages of the sandbox: plain, without a script, and strict about what they load."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from sandbox import amounts

HERE = Path(__file__).parent

HEADERS = {
    # Forms end at the sandbox or, through a redirect, at the organisation's pages.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _day(seconds: float) -> str:
    """A moment in short (UTC)."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%-d %b %Y, %H:%M")


_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters["day"] = _day
_environment.filters["moment"] = _moment
_environment.filters["money"] = amounts.written


def show(template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    return HTMLResponse(_environment.get_template(template).render(**context), status, HEADERS)


def is_cross_site(request: Request) -> bool:
    """Whether another site's page makes the browser post here."""
    return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin", "same-site")
