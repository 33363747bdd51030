"""Amounts in words, as a cheque says them: "Twenty-five US dollars and 50/100". Numbers and names come from CLDR."""

from functools import cache

from babel.numbers import get_currency_name, get_currency_precision
from django.utils import translation
from django.utils.translation import gettext as _
from moneyed import Money
from unicode_rbnf import RbnfEngine


def spell(amount: Money, *, language: str) -> str:
    """Return the amount in words; nothing if CLDR cannot count in this language.

    The part of the minor unit stays in figures, in hundredths or thousandths as the currency has them: CLDR has no name
    for it. A currency without one (JPY) has no such part.
    """
    engine = _engine(language)
    if engine is None:
        return ""
    code = amount.currency.code
    exponent = amount.amount.normalize().as_tuple().exponent
    # Stripe counts some currencies in units that daily use does not know.
    digits = max(get_currency_precision(code), -exponent if isinstance(exponent, int) else 0)
    whole, part = divmod(int(amount.amount.scaleb(digits)), 10**digits)
    name = get_currency_name(code, count=whole, locale=language)
    number = _number(engine, whole, is_feminine=_is_feminine(name, language))
    text = f"{number} {_of(whole, language)}{name}"
    if digits:
        with translation.override(language):
            text = _("%(words)s and %(part)s/%(whole)s") % {
                "words": text,
                "part": str(part).zfill(digits),
                "whole": 10**digits,
            }
    return text[:1].upper() + text[1:]


def _number(engine: RbnfEngine, whole: int, *, is_feminine: bool) -> str:
    known = {str(name) for name in engine.rulesets}
    gender = "feminine" if is_feminine else "masculine"
    # A language that counts things of each gender differently has no plain ruleset. In Spanish, "veintiún dólares" is
    # counting things, "veintiuno" is only the number.
    rules = next(
        name for name in (f"spellout-cardinal-{gender}", "spellout-cardinal", "spellout-numbering") if name in known
    )
    return engine.format_number(whole, ruleset_names=[rules]).text


@cache
def _engine(language: str) -> RbnfEngine | None:
    try:
        return RbnfEngine.for_language(language)
    except ValueError:
        return None


def _is_feminine(name: str, language: str) -> bool:
    """Return whether a currency's name counts as feminine: CLDR does not tell, its ending in Spanish does (libras)."""
    return language == "es" and name.split()[0].rstrip("s").endswith("a")


def _of(whole: int, language: str) -> str:
    """Return the "de" that Spanish puts after whole millions: "un millón de dólares"."""
    return "de " if language == "es" and whole and whole % 1_000_000 == 0 else ""
