"""Amounts are integers in a currency's minor unit; this says which are allowed and what they cost."""

from sandbox.refusals import Refused

LARGEST = 99_999_999

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())  # noqa: SIM905 (reads better)
# Written with two decimals although they have none: the last two digits must be 0.
WHOLE_UNITS_ONLY = frozenset({"isk", "ugx"})
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})

_TWO_DECIMAL = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny cop crc
    cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr jmd kes kgs khr kyd
    kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php
    pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs uah usd uyu uzs
    wst xcd yer zar zmw
"""
CURRENCIES = frozenset(_TWO_DECIMAL.split()) | ZERO_DECIMAL | WHOLE_UNITS_ONLY | THREE_DECIMAL

# docs.stripe.com/currencies#minimum-and-maximum-charge-amounts; 50 where it says nothing else.
SMALLEST = {
    "aed": 200, "bgn": 100, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "krw": 500, "mxn": 1000,
    "myr": 200, "nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000, "vnd": 10000, "kwd": 200,
}  # fmt: skip


def places(currency: str) -> int:
    """Decimals with which an amount is written."""
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """What every amount must be a multiple of."""
    return 100 if currency in WHOLE_UNITS_ONLY else 10 if currency in THREE_DECIMAL else 1


def smallest(currency: str) -> int:
    return SMALLEST.get(currency, 50)


def check_currency(currency: str, param: str) -> str:
    """The currency in lower case.

    :raises Refused: if Stripe does not support it
    """
    lowered = currency.lower()
    if lowered not in CURRENCIES:
        listed = ", ".join(sorted(CURRENCIES))
        raise Refused(f"Invalid currency: {lowered}. Stripe currently supports these currencies: {listed}", param=param)
    return lowered


def check_unit_amount(amount: int, currency: str, param: str) -> int:
    """
    :raises Refused: if it is negative, too large, or has decimals that the currency lacks
    """
    if amount < 0:
        raise Refused("Invalid non-negative integer", param=param, code="parameter_invalid_integer")
    if amount > LARGEST:
        raise Refused(f"Amount must be no more than {written(LARGEST, currency)}", param=param, code="amount_too_large")
    if amount % step(currency):
        raise Refused(f"Invalid integer: {currency} amounts must be divisible by {step(currency)}.", param=param)
    return amount


def check_total(amount: int, currency: str) -> int:
    """
    :raises Refused: if Stripe would not charge so little or so much
    """
    if amount < smallest(currency):
        raise Refused(
            f"The Checkout Session's total amount due must add up to at least {written(smallest(currency), currency)}",
            code="amount_too_small",
        )
    if amount > LARGEST:
        raise Refused(
            f"The Checkout Session's total amount due must be no more than {written(LARGEST, currency)}",
            code="amount_too_large",
        )
    return amount


def fee(amount: int, currency: str) -> int:
    """Stripe's share: 2.9 % and a fixed part (30 cents; elsewhere in proportion to the smallest charge)."""
    fixed = smallest(currency) * 3 // 5
    return min(amount, (amount * 29 + 500) // 1000 + fixed)


def written(amount: int, currency: str) -> str:
    """An amount for people: `12.50 USD`, `1,200 JPY`."""
    decimals = places(currency)
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).zfill(decimals + 1)
    whole = f"{int(digits[: len(digits) - decimals]):,}"
    return f"{sign}{whole}{'.' + digits[-decimals:] if decimals else ''} {currency.upper()}"
