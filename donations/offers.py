"""What the form offers: currencies, round amounts in each, the least and the most it takes, what covers the fee."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from babel.lists import format_list
from babel.numbers import get_currency_name, get_currency_precision
from django.conf import settings
from django.utils.translation import get_language

from core.money import AmountUnclear, Currency, Money, currency_of, from_minor, parse_amount
from organisation.models import Organisation

# Four round amounts, from about ten to about a hundred dollars, and the currencies in which they are that. The least
# that we take is a tenth of the first: about a dollar, so above every minimum of Stripe's
# (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts). The most is a hundred times the last, where eight
# figures hold it.
_ROUND = {
    ("3", "8", "15", "30"): "BHD KWD OMR",
    ("5", "15", "30", "60"): "JOD TND",
    ("10", "25", "50", "100"): "AUD BAM BBD BGN BMD BND BSD BZD CAD CHF EUR FJD GBP GIP KYD NZD PAB SGD USD",
    ("50", "100", "200", "500"): "AED AWG BRL GEL ILS MYR PEN PLN QAR RON SAR TTD XCD",
    ("100", "250", "500", "1000"): "BOB BWP CNY DKK GTQ HKD MAD MDL MOP MXN NAD NOK SEK SZL ZAR",
    ("200", "500", "1000", "2000"): "CZK HNL MUR TRY TWD THB UAH UYU",
    ("500", "1000", "2500", "5000"): "DOP INR KGS MKD NIO PHP",
    ("1000", "2500", "5000", "10000"): "ALL BDT ISK JMD JPY KES LKR NPR RSD",
    ("5000", "10000", "20000", "50000"): "AMD CRC HUF KZT PKR XAF XOF XPF",
    ("10000", "25000", "50000", "100000"): "ARS CLP KRW",
    ("20000", "50000", "100000", "200000"): "NGN RWF TZS",
    ("50000", "100000", "200000", "500000"): "COP UGX",
    ("200000", "500000", "1000000", "2000000"): "VND",
}
_OF_CURRENCY = {code: amounts for amounts, codes in _ROUND.items() for code in codes.split()}
# So many minor units Stripe takes of any currency.
_EIGHT_FIGURES = 99_999_999

# On top of the usual fee, per cent: 1.5 for a card from abroad and 1 for converting (stripe.com/pricing, United States,
# November 2026).
_CONVERTED_PERCENT = Decimal("2.5")


@dataclass(frozen=True)
class Scale:
    """Amounts in one currency. One that we have no figures for offers none, and leaves the limits to Stripe."""

    presets: tuple[Decimal, ...]
    least: Decimal
    most: Decimal


def scale(unit: Currency) -> Scale:
    """Return what the form offers and takes in a currency."""
    presets = tuple(Decimal(amount) for amount in _OF_CURRENCY.get(unit.code, ()))
    highest = from_minor(_EIGHT_FIGURES, unit).amount
    if not presets:
        return Scale((), least=step(unit), most=highest)
    most = next(presets[-1] * times for times in (100, 50, 10, 5, 1) if presets[-1] * times <= highest)
    return Scale(presets, least=presets[0] / 10, most=most)


def places(unit: Currency) -> int:
    """Return how many figures after the point one may give in a currency.

    Not what Stripe's API counts in: it takes ISK and UGX whole only, and three decimals only if the last is 0
    (docs.stripe.com/currencies#special-cases).
    """
    return min(int(get_currency_precision(unit.code)), 2)


def step(unit: Currency) -> Decimal:
    """Return the smallest difference between two gifts."""
    return Decimal(1).scaleb(-places(unit))


def read(typed: str, unit: Currency) -> Money:
    """Read what a person typed as an amount that one may give.

    :raises AmountUnclear: as ``core.money.parse_amount`` does
    """
    money = parse_amount(typed, unit)
    if money.amount % step(unit):
        raise AmountUnclear("decimals")
    return money


def fee_cover(amount: Money) -> Money | None:
    """Return what to add to a gift so that the amount itself is left once a card's fee is taken off the sum.

    An estimate for the usual card: Stripe's fee depends on the card's country and is known once it is charged. None, if
    we cannot tell what the fixed part is in this currency.
    """
    ours = currencies()[0]
    own, theirs = scale(ours), scale(amount.currency)
    if not theirs.presets or not own.presets:
        return None
    is_converted = amount.currency != ours
    rate = (settings.CARD_FEE_PERCENT + (_CONVERTED_PERCENT if is_converted else 0)) / 100
    # The least that we take is worth about the same in every currency.
    fixed = settings.CARD_FEE_FIXED * theirs.least / own.least if is_converted else settings.CARD_FEE_FIXED
    total = ((amount.amount + fixed) / (1 - rate)).quantize(step(amount.currency), rounding=ROUND_CEILING)
    return Money(total, amount.currency) - amount


def currencies() -> list[Currency]:
    """Return the currencies that gifts may come in, the organisation's own first."""
    ours = Organisation.current()
    return list(dict.fromkeys(_known([ours.currency, *ours.gift_currencies.split()])))


def _known(codes: list[str]) -> Iterator[Currency]:
    for code in codes:
        try:
            yield currency_of(code)
        except AmountUnclear:
            continue  # The desk refuses such a code; one that came another way closes nobody's form.


def currency_name(unit: Currency) -> str:
    """Return the currency as one speaks of many of it: US dollars."""
    return str(get_currency_name(unit.code, count=2, locale=get_language() or "en"))


def names(units: list[Currency]) -> str:
    """Return several currencies as one lists them: US dollars, euros, or yen."""
    return format_list([currency_name(unit) for unit in units], style="or", locale=get_language() or "en")
