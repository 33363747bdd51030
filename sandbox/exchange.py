"""The currencies in which the account settles, and the made-up rates at which others are converted."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from sandbox import amounts
from sandbox.refusals import Refused
from sandbox.store import Transaction

Json = dict[str, Any]

DEFAULT_SETTLEMENT = "usd"

# What one unit of each is worth in US dollars: made up, near enough to be believed, and always the same.
_RATES = """
    aed .27 afn .014 all .011 amd .0026 ang .56 aoa .0011 ars .001 aud .65 awg .56 azn .59 bam .6 bbd .5 bdt .0084
    bgn .6 bhd 2.65 bif .00034 bmd 1 bnd .77 bob .14 brl .18 bsd 1 bwp .074 byn .3 bzd .5 cad .72 cdf .00035 chf 1.2
    clp .001 cny .14 cop .00024 crc .002 cve .011 czk .048 djf .0056 dkk .16 dop .016 dzd .0075 egp .02 etb .007
    eur 1.2 fjd .44 fkp 1.3 gbp 1.3 gel .37 gip 1.3 gmd .014 gnf .00012 gtq .13 gyd .0048 hkd .13 hnl .04 htg .0076
    huf .003 idr .00006 ils .28 inr .012 isk .008 jmd .0063 jod 1.41 jpy .0065 kes .0077 kgs .011 khr .00025 kmf .0024
    krw .0007 kwd 3.25 kyd 1.2 kzt .0019 lak .000046 lbp .000011 lkr .0033 lrd .005 lsl .056 mad .1 mdl .057 mga .00022
    mkd .019 mmk .00048 mnt .00028 mop .12 mur .022 mvr .065 mwk .00058 mxn .054 myr .23 mzn .016 nad .056 ngn .00066
    nio .027 nok .098 npr .0073 nzd .58 omr 2.6 pab 1 pen .28 pgk .24 php .017 pkr .0036 pln .27 pyg .00014 qar .27
    ron .23 rsd .0099 rub .012 rwf .00069 sar .27 sbd .12 scr .07 sek .1 sgd .77 shp 1.3 sle .043 sos .0018 srd .026
    std .000047 szl .056 thb .03 tjs .1 tnd .33 top .42 try .024 ttd .15 twd .032 tzs .0004 uah .024 ugx .00028 usd 1
    uyu .025 uzs .00008 vnd .00004 vuv .0082 wst .36 xaf .0018 xcd .37 xof .0018 xpf .01 yer .0042 zar .056 zmw .042
""".split()  # noqa: SIM905 (reads better)
RATES = {currency: Decimal(rate) for currency, rate in zip(_RATES[::2], _RATES[1::2], strict=True)}


@dataclass(frozen=True)
class Settled:
    """An amount as it reaches the balance.

    :ivar rate: by how much the amount was multiplied, minor unit to minor unit; None if it was not converted
    """

    amount: int
    currency: str
    rate: float | None = None


def settlement_currencies(transaction: Transaction) -> list[str]:
    return transaction.note("settlement_currencies", DEFAULT_SETTLEMENT).split()


def settled(transaction: Transaction, amount: int, currency: str) -> Settled:
    """An amount in a currency in which the account settles: its own, or else the first of them."""
    currencies = settlement_currencies(transaction)
    if currency in currencies:
        return Settled(amount, currency)
    return into(transaction, amount, currency, currencies[0])


def into(transaction: Transaction, amount: int, currency: str, other: str) -> Settled:
    """An amount converted into another currency."""
    rate = _rate(transaction, currency) / _rate(transaction, other)
    factor = (rate * _minor_units(other) / _minor_units(currency)).quantize(Decimal("1e-9"))
    step = amounts.step(other)
    converted: int = int((amount * factor / step).quantize(Decimal(1), ROUND_HALF_UP)) * step
    return Settled(converted, other, float(factor))


def _minor_units(currency: str) -> int:
    return int(10 ** amounts.places(currency))


def _rate(transaction: Transaction, currency: str) -> Decimal:
    return Decimal(transaction.note(f"rate_{currency}", str(RATES[currency])))


def change(transaction: Transaction, wish: Json, _: str) -> Json:
    """Settle in other currencies, or at other rates, from now on.

    :raises Refused: if a currency is unknown or a rate is none
    """
    currencies = wish.get("currencies")
    if currencies:
        listed = currencies.split() if isinstance(currencies, str) else list(currencies)
        known = [amounts.check_currency(str(each), "currencies") for each in listed]
        transaction.write_note("settlement_currencies", " ".join(known))
    for currency, rate in dict(wish.get("rates") or {}).items():
        transaction.write_note(f"rate_{amounts.check_currency(currency, 'rates')}", str(_read_rate(rate)))
    return read(transaction, {}, "")


def _read_rate(text: Any) -> Decimal:
    try:
        rate = Decimal(str(text))
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or not 0 < rate < 1_000_000:
        raise Refused(f"A rate is a number greater than 0, not {text!r}.", param="rates")
    return rate


def read(transaction: Transaction, wish: Json, _: str) -> Json:
    rates = {currency: str(_rate(transaction, currency)) for currency in sorted(RATES)}
    return {"currencies": settlement_currencies(transaction), "rates": rates}


CONTROLS = {("POST", "/_/settlement"): change, ("GET", "/_/settlement"): read}
