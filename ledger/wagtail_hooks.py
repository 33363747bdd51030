"""The desk's menu items, addresses and first-page panel for the books."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem

from ledger import panels, proposing
from ledger.desk import bank, funds, months, proposals, reports, seal, transactions
from organisation.permissions import Permission
from organisation.staff import member

_address = lazy(reverse, str)


class _BooksItem(MenuItem):
    """For those who see the books."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_BOOKS)


class _ManageItem(MenuItem):
    """For those who manage the funds."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.MANAGE_FUNDS)


class _ProposalsItem(_BooksItem):
    """Says how many wait for whoever looks."""

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        item = super().render_component(request)
        if request.user.has_perm(Permission.MANAGE_FUNDS):
            waiting = proposing.waiting_for(member(request)).count()
            if waiting:
                item.label = _now("Proposals (%(many)s)") % {"many": waiting}
        return item


class _SealItem(MenuItem):
    """For those who see the books, and those who read the trail."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.SEE_BOOKS) or request.user.has_perm(Permission.READ_AUDIT)


def addresses() -> list[URLPattern]:
    return [
        path("funds/", funds.funds, name="ledger_funds"),
        path("funds/add/", funds.fund, name="ledger_fund_add"),
        path("funds/<slug:slug>/", funds.fund, name="ledger_fund"),
        path("books/statement/", reports.statement, name="ledger_statement"),
        path("books/income/", reports.activities, name="ledger_activities"),
        path("books/trial-balance/", reports.trial_balance, name="ledger_trial_balance"),
        path("books/transactions/", transactions.transactions, name="ledger_transactions"),
        path("books/transactions/<int:pk>/", transactions.transaction, name="ledger_transaction"),
        path("books/promises/", transactions.promises, name="ledger_promises"),
        path("books/plain-text/", transactions.plain_text_file, name="ledger_plain_text"),
        path("books/proposals/", proposals.proposals, name="ledger_proposals"),
        path("books/proposals/propose/<slug:kind>/", proposals.propose, name="ledger_propose"),
        path("books/proposals/<int:pk>/", proposals.proposal, name="ledger_proposal"),
        path("books/proposals/<int:pk>/decide/", proposals.decide, name="ledger_proposal_decide"),
        path("books/proposals/<int:pk>/back/", proposals.propose_reversal, name="ledger_propose_reversal"),
        path("books/months/", months.months, name="ledger_months"),
        path("books/months/<slug:name>/", months.close, name="ledger_month_close"),
        path("books/bank/", bank.bank, name="ledger_bank"),
        path("books/bank/file/", bank.file, name="ledger_bank_file"),
        path("books/bank/accept/", bank.accept, name="ledger_bank_accept"),
        path("books/bank/files/<int:pk>/", bank.statement, name="ledger_bank_statement"),
        path("books/bank/lines/<int:pk>/", bank.line, name="ledger_bank_line"),
        path("books/bank/lines/<int:pk>/back/", bank.unmatch, name="ledger_bank_unmatch"),
        path("books/sealed/", seal.seal, name="ledger_seal"),
        path("books/sealed/books.zip", seal.export, name="ledger_chain_export"),
    ]


def books_menu() -> MenuItem:
    items = [
        _BooksItem(_("Reports"), _address("ledger_statement"), name="books-reports", order=50),
        _BooksItem(_("Transactions"), _address("ledger_transactions"), name="books-transactions", order=60),
        _BooksItem(_("Funds"), _address("ledger_funds"), name="funds", order=10),
        _ProposalsItem(_("Proposals"), _address("ledger_proposals"), name="proposals", order=20),
        _ManageItem(_("Bank"), _address("ledger_bank"), name="bank", order=30),
        _BooksItem(_("Months"), _address("ledger_months"), name="months", order=40),
        _SealItem(_("Sealed books"), _address("ledger_seal"), name="sealed-books", order=80),
    ]
    return SubmenuMenuItem(_("Books"), Menu(items=items), name="books", icon_name="folder-inverse", order=310)


def funds_panel(request: HttpRequest, on_page: list[Component]) -> None:
    if request.user.has_perm(Permission.SEE_BOOKS):
        on_page.append(panels.FundsPanel())


hooks.register("register_admin_menu_item", books_menu)
hooks.register("register_admin_urls", addresses)
hooks.register("construct_homepage_panels", funds_panel)
