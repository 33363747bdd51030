"""The frozen text of a receipt: everything that is printed on it, as it is when it is issued. The PDF is made of this alone.

Version 3. Version 2 knew no goods, nothing received in return, no words, no paper size and no signatory; version 1 had
no address either. What the donor may have erased is ``donor``, ``address``, ``honouree``, ``benefit_text``, ``goods``,
and nothing else of it names them.
"""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from moneyed import Money

from core.money import from_minor, to_minor
from donations.models import Method, OfflineGift, Payment, Receipt, ReceiptDetails
from donations.paper import wording, words
from organisation.models import LegalEntity, Organisation

VERSION = 3


def take(receipt: Receipt) -> dict[str, Any]:
    """Return what a receipt that is being issued says; it need not be saved yet."""
    payment, entity = receipt.payment, receipt.payment.legal_entity
    name, address, benefit, benefit_text = _said(receipt)
    gift = wording.Gift(
        amount=receipt.amount,
        benefit=benefit,
        is_in_kind=payment.method == Method.IN_KIND,
        has_donor=bool(name and address),
    )
    with translation.override(payment.language):
        text = wording.of(gift, entity, payment.language)
        return {
            "version": VERSION,
            "language": payment.language,
            "paper_size": entity.paper_size,
            "number": receipt.number,
            "code": receipt.code,
            "is_test": receipt.series.is_test,
            "issued_on": receipt.issued_on.isoformat(),
            "given_on": payment.occurred_at.astimezone(ZoneInfo(entity.time_zone)).date().isoformat(),
            "amount": [receipt.amount_minor, receipt.currency],
            "in_words": _in_words(receipt.amount, entity, payment.language) if text.states_value else "",
            "states_value": text.states_value,
            "given": [payment.given_minor, payment.given_currency],
            "interval": payment.interval,
            "fund": payment.fund.name,
            "donor": name or payment.donor.email,
            "address": address,
            "honouree": payment.checkout.honouree if payment.checkout else "",
            "method": payment.method,
            "goods": _goods(payment),
            "benefit": _minor(benefit),
            "benefit_text": benefit_text,
            "eligible": _minor(text.eligible) if text.eligible is not None else None,
            "organisation": Organisation.current().name,
            "entity": {
                "name": entity.name,
                "address": entity.address,
                "tax_number": entity.tax_number,
                "place": entity.place,
                "signatory": entity.signatory,
            },
            "wording": entity.wording,
            "title": text.title,
            "statement": text.sentences,
            "replaces": receipt.replaces.number if receipt.replaces else "",
            "check_at": settings.SITE_URL + reverse("donations:verify_receipt", args=[receipt.code]),
        }


def _said(receipt: Receipt) -> tuple[str, str, Money, str]:
    """Return name, address, what was received in return and its description: as staff wrote last, or as the donor did."""
    payment, amount = receipt.payment, receipt.amount
    name, address, benefit, benefit_text = payment.name, payment.donor.address, Money(0, amount.currency), ""
    # Nobody can have written about an online gift that is being booked just now.
    written = [] if payment.is_online and receipt.replaces is None else _written(payment)
    name = next((row.name for row in written if row.name), name)
    address = next((row.address for row in written if row.address), address)
    if written and written[0].benefit_minor:
        # After a part went back, what is left may be less than what the donor received.
        benefit = min(from_minor(written[0].benefit_minor, amount.currency), amount)
        # What was received stays among the details when its donor is erased, but is printed no more.
        benefit_text = "" if payment.donor.erased_at else written[0].benefit
    return name, address, benefit, benefit_text


def _written(payment: Payment) -> list[ReceiptDetails]:
    return list(ReceiptDetails.objects.filter(payment=payment).order_by("-pk"))


def _goods(payment: Payment) -> str:
    if payment.method != Method.IN_KIND:
        return ""
    return OfflineGift.objects.filter(payment=payment).values_list("goods", flat=True).first() or ""


def _minor(amount: Money) -> list[Any]:
    return [to_minor(amount), amount.currency.code]


def _in_words(amount: Money, entity: LegalEntity, language: str) -> str:
    return words.spell(amount, language=language) if entity.says_amount_in_words else ""
