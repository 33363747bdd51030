"""The desk's menu items and addresses for gifts, receipts and Stripe."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component

from donations.desk import (
    dashboard,
    disputes,
    donors,
    gifts,
    held,
    offline,
    panels,
    payouts,
    receipts,
    recurring,
    statements,
    stripe,
    wall,
)
from organisation.permissions import Permission

_address = lazy(reverse, str)


class _GiftsItem(MenuItem):
    """For those who see gifts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_GIFTS)


class _EntryItem(MenuItem):
    """For those who enter gifts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.MANAGE_GIFTS)


class _ReceiptsItem(MenuItem):
    """For those who see gifts or manage receipts."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_GIFTS) or request.user.has_perm(Permission.MANAGE_RECEIPTS)


def addresses() -> list[URLPattern]:
    return [
        path("gifts/", gifts.gifts, name="donations_gifts"),
        path("gifts/gift/<slug:reference>/", gifts.gift, name="donations_gift"),
        path("gifts/dashboard/", dashboard.dashboard, name="donations_dashboard"),
        path("gifts/recurring/", recurring.recurring, name="donations_recurring"),
        path("gifts/failed/", recurring.failed, name="donations_failed"),
        path("gifts/donors/", donors.donors, name="donations_donors"),
        path("gifts/donors/look-alikes/", donors.look_alikes, name="donations_look_alikes"),
        path("gifts/donors/<slug:reference>/", donors.donor, name="donations_donor"),
        path("gifts/donors/<slug:reference>/merge/", donors.merge, name="donations_donor_merge"),
        path("gifts/donors/<slug:reference>/separate/", donors.separate, name="donations_donor_separate"),
        path("gifts/words/", wall.wall, name="donations_wall"),
        path("gifts/words/<int:pk>/show/", wall.decide, {"deed": "show"}, name="donations_wall_show"),
        path("gifts/words/<int:pk>/hide/", wall.decide, {"deed": "hide"}, name="donations_wall_hide"),
        path("gifts/enter/", offline.enter, name="donations_offline"),
        path("gifts/enter/file/", offline.file, name="donations_offline_file"),
        path("gifts/gift/<slug:reference>/receipt/", offline.issue_receipt, name="donations_offline_receipt"),
        path("gifts/gift/<slug:reference>/back/", offline.take_back, name="donations_offline_back"),
        path("gifts/gift/<slug:reference>/receipt/preview.pdf", receipts.preview, name="donations_receipt_preview"),
        path("gifts/receipts/", receipts.receipts, name="donations_receipts"),
        path("gifts/receipts/missing/", receipts.missing, name="donations_receipts_missing"),
        path("gifts/receipts/year/", receipts.year, name="donations_receipts_year"),
        path("gifts/receipts/<slug:number>.pdf", receipts.receipt_pdf, name="donations_receipt_pdf"),
        path("gifts/receipts/<slug:number>/", receipts.receipt, name="donations_receipt"),
        path("gifts/receipts/<slug:number>/correct/", receipts.correct, name="donations_receipt_correct"),
        path("gifts/receipts/<slug:number>/void/", receipts.void, name="donations_receipt_void"),
        path("gifts/receipts/<slug:number>/again/", receipts.print_again, name="donations_receipt_again"),
        path("gifts/receipts/<slug:number>/send/", receipts.send_again, name="donations_receipt_send"),
        path("gifts/statements/", statements.runs, name="donations_statements"),
        path("gifts/statements/all/", statements.found, name="donations_statements_found"),
        path("gifts/statements/run/<int:pk>/", statements.run, name="donations_statement_run"),
        path("gifts/statements/run/<int:pk>/stop/", statements.stop, name="donations_statement_stop"),
        path("gifts/statements/run/<int:pk>/resume/", statements.resume, name="donations_statement_resume"),
        path("gifts/statements/run/<int:pk>/letters/", statements.mailing, name="donations_statement_mailing"),
        path("gifts/statements/run/<int:pk>/to-print.zip", statements.to_print, name="donations_statements_to_print"),
        path("gifts/statements/<slug:number>.pdf", statements.pdf, name="donations_statement_pdf"),
        path("gifts/statements/<slug:number>/letter/", statements.letter, name="donations_statement_letter"),
        path("gifts/disputes/", disputes.disputes, name="donations_disputes"),
        path("gifts/disputes/<slug:stripe_id>/", disputes.dispute, name="donations_dispute"),
        path("gifts/warnings/", disputes.warnings, name="donations_warnings"),
        path("gifts/warnings/<slug:stripe_id>/back/", disputes.send_back, name="donations_warning_back"),
        path("gifts/warnings/<slug:stripe_id>/leave/", disputes.leave, name="donations_warning_leave"),
        path("gifts/payouts/", payouts.payouts, name="donations_payouts"),
        path("gifts/payouts/<slug:stripe_id>/", payouts.payout, name="donations_payout"),
        path("gifts/stripe/", stripe.stripe, name="donations_stripe"),
        path("gifts/stripe/events/replay/", stripe.replay_all, name="donations_replay_all"),
        path("gifts/stripe/events/<int:pk>/replay/", stripe.replay, name="donations_replay"),
        path("gifts/stripe/held/<int:pk>/", held.held_payment, name="donations_held"),
        path("gifts/stripe/held/<int:pk>/close/", stripe.close_held, name="donations_close_held"),
    ]


def gifts_menu() -> MenuItem:
    items = [
        _GiftsItem(_("How giving goes"), _address("donations_dashboard"), name="dashboard", order=5),
        _GiftsItem(_("All gifts"), _address("donations_gifts"), name="all-gifts", order=10),
        _GiftsItem(_("Recurring gifts"), _address("donations_recurring"), name="recurring-gifts", order=20),
        _GiftsItem(_("Failed payments"), _address("donations_failed"), name="failed-payments", order=25),
        _GiftsItem(_("Donors"), _address("donations_donors"), name="donors", order=30),
        _GiftsItem(_("Names and messages"), _address("donations_wall"), name="names-and-messages", order=35),
        _EntryItem(_("Enter a gift"), _address("donations_offline"), name="enter-gift", order=38),
        _ReceiptsItem(_("Receipts"), _address("donations_receipts"), name="receipts", order=40),
        _ReceiptsItem(_("Annual statements"), _address("donations_statements"), name="statements", order=41),
        _GiftsItem(_("Disputes"), _address("donations_disputes"), name="disputes", order=42),
        _GiftsItem(_("Fraud warnings"), _address("donations_warnings"), name="fraud-warnings", order=44),
        _GiftsItem(_("Payouts"), _address("donations_payouts"), name="payouts", order=46),
        _GiftsItem(_("From Stripe"), _address("donations_stripe"), name="from-stripe", order=50),
    ]
    return SubmenuMenuItem(_("Gifts"), Menu(items=items), name="gifts", icon_name="pick", order=300)


def gifts_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_GIFTS):
        on_page.append(panels.GiftsPanel())


hooks.register("construct_homepage_panels", gifts_panel)
hooks.register("register_admin_urls", addresses)
hooks.register("register_admin_menu_item", gifts_menu)
