"""What the law wants a receipt to say, by the legal entity's profile. Pure functions; whoever changes one cites why.

No sentence names the donor or quotes what they gave or received: the sentences outlive the donor's data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from moneyed import Money

from core.money import format_money
from organisation.models import LegalEntity

# From this amount on a donor needs a written acknowledgment: IRC 170(f)(8)(A).
US_ACKNOWLEDGED = Money(250, "USD")
# Above this amount the organization must say what part is deductible if it gave something in return: IRC 6115(a), (b).
US_QUID_PRO_QUO = Money(75, "USD")


@dataclass(frozen=True)
class Gift:
    """What a receipt is about. ``amount`` is what is left of it, ``benefit`` what the donor received in return."""

    amount: Money
    benefit: Money
    is_in_kind: bool
    has_donor: bool = True
    """Name and address of the donor are known."""

    @property
    def beyond(self) -> Money:
        """What of the gift is beyond what the donor received."""
        return self.amount - self.benefit


@dataclass(frozen=True)
class Wording:
    """``states_value``: whether the amount stands on the paper. ``eligible``: what of it counts, if that is said."""

    title: str
    sentences: list[str]
    states_value: bool = True
    eligible: Money | None = None


def us_501c3(gift: Gift, entity: LegalEntity, language: str) -> Wording:
    """Word it for a US charity.

    IRS Publication 1771 (Rev. 12-2024), "Written Acknowledgments", and IRC 170(f)(8)(B): the organization's name; the amount of money, or a description
    (but not the value) of what was given in kind; that no goods or services were provided in return, or a description
    and good-faith estimate of their value. IRC 6115: above $75 with something in return, that the deductible part is
    limited to what the gift exceeds that value by. Publication 561: the value of a thing is for the donor to find.
    """
    sentences = []
    if gift.benefit:
        sentences.append(
            _("In return we provided the goods or services named above, with our good-faith estimate of their value.")
        )
        if not gift.is_in_kind and not _is_at_most(gift.amount, US_QUID_PRO_QUO):
            sentences.append(
                _(
                    "The amount of your gift that is deductible for federal income tax purposes is limited to what"
                    " exceeds the value of these goods or services: %(amount)s."
                )
                % {"amount": format_money(gift.beyond, language)}
            )
    else:
        sentences.append(_("No goods or services were provided in exchange for this gift."))
    if gift.is_in_kind:
        sentences.append(_("We describe what you gave and do not state its value: that is for the donor to determine."))
    if gift.is_in_kind or not _is_below(gift.amount, US_ACKNOWLEDGED):
        sentences.append(
            _(
                "This is the written acknowledgment that section 170(f)(8) of the Internal Revenue Code asks for with"
                " gifts of $250 and more. Please keep it with your tax records."
            )
        )
    sentences.append(
        _("%(name)s is a tax-exempt organization under section 501(c)(3) of the Internal Revenue Code. EIN %(ein)s.")
        % {"name": entity.name, "ein": entity.tax_number}
    )
    return Wording(
        title=_("Receipt for your gift"),
        sentences=sentences,
        states_value=not gift.is_in_kind,
        eligible=gift.beyond if gift.benefit and not gift.is_in_kind else None,
    )


def _is_below(amount: Money, line: Money) -> bool:
    """Return whether it is; of another currency nobody knows, so that the fuller wording is used."""
    return amount.currency == line.currency and amount < line


def _is_at_most(amount: Money, line: Money) -> bool:
    return amount.currency == line.currency and amount <= line


def canada(gift: Gift, entity: LegalEntity, language: str) -> Wording:
    """Word it for a Canadian registered charity.

    Income Tax Regulations, C.R.C., c. 945, s. 3501(1): a statement that it is an official receipt for income tax
    purposes, and (a) to (j): the charity's name, address and registration number, the serial number, the place of
    issue, the day of the gift and of the receipt, the donor's name and address, the amount, or for property a
    description and the fair market value, the advantage and its amount, the eligible amount, a signature, and the name
    and website of the Canada Revenue Agency. What lacks one of them must not call itself an official receipt.
    """
    if not (gift.has_donor and entity.tax_number and entity.place and entity.signatory and entity.address):
        return Wording(
            title=_("Acknowledgement of your gift"),
            sentences=[
                _(
                    "This is not an official receipt for income tax purposes. For one we need the donor's name and"
                    " address and, from our side, registration number, place of issue and signature."
                ),
            ],
            eligible=gift.beyond,
        )
    sentences = []
    if gift.is_in_kind:
        sentences.append(_("The amount is the fair market value of what was given, at the time of the gift."))
    if not gift.benefit:
        sentences.append(_("The donor received no advantage for this gift."))
    sentences.append(
        _("Registered charities can be checked with the Canada Revenue Agency: canada.ca/charities-giving")
    )
    return Wording(title=_("Official receipt for income tax purposes"), sentences=sentences, eligible=gift.beyond)


def plain(gift: Gift, entity: LegalEntity, language: str) -> Wording:
    """Word it without a tax law: it is an acknowledgement."""
    sentences = []
    if gift.is_in_kind:
        sentences.append(_("The amount is what we think that what you gave would cost on the open market."))
    sentences.append(_("This acknowledges that your gift was received. It is not a receipt for tax purposes."))
    return Wording(
        title=_("Receipt for your gift"), sentences=sentences, eligible=gift.beyond if gift.benefit else None
    )


_PROFILES: Mapping[str, Callable[[Gift, LegalEntity, str], Wording]] = {
    LegalEntity.Profile.US_501C3: us_501c3,
    LegalEntity.Profile.CANADA: canada,
    LegalEntity.Profile.PLAIN: plain,
}


def of(gift: Gift, entity: LegalEntity, language: str) -> Wording:
    """Return the wording of the entity's profile, in the language that is switched on now."""
    return _PROFILES[entity.wording](gift, entity, language)
