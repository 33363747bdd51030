"""Who may open which address, and by which method: one line for each address, or for a namespace of Wagtail's.

To add an address, add a line to ``RULES``: its name (with namespace) and who may. An address with an argument that
is new needs a value in ``SAMPLES``; one written as a regular expression needs a whole path in ``PATHS``.
A path's value may name a row that tests/doors/test_every_url.py makes: see ``rows`` there.
"""

from dataclasses import dataclass, replace

EDITOR = frozenset({"edith"})
FUNDRAISER = frozenset({"fay"})
CASEWORKER = frozenset({"carl"})
APPROVER = frozenset({"ada"})
TREASURER = frozenset({"tess"})
STEWARD = frozenset({"stella"})
ADMINISTRATOR = frozenset({"adam"})
DESK = EDITOR | FUNDRAISER | CASEWORKER | APPROVER | TREASURER | STEWARD | ADMINISTRATOR
CASES = CASEWORKER | APPROVER | TREASURER | STEWARD
GIFTS = FUNDRAISER | TREASURER | ADMINISTRATOR
BOOKS = FUNDRAISER | TREASURER | ADMINISTRATOR
SIGNED_IN = DESK | {"otto"}
EVERYBODY = SIGNED_IN | {"visitor"}
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rule:
    """Who may GET and POST.

    ``hides``: for who may not, the row is as if it were not there (404), which is a refusal too.
    ``lenient``: the sample makes no sense to the view, so only who may not is looked at.
    ``by_token``: the POST is guarded by a form token or a signature instead of Django's CSRF token.
    """

    get: frozenset[str]
    post: frozenset[str]
    hides: bool = False
    by_token: bool = False
    lenient: bool = False


def may(get: frozenset[str], post: frozenset[str] | None = None, *, hides: bool = False) -> Rule:
    return Rule(get, get if post is None else post, hides)


def public() -> Rule:
    return Rule(EVERYBODY, EVERYBODY, by_token=True)


def wagtail(get: frozenset[str]) -> Rule:
    """Wagtail looks for the row before it asks for the right, so 404 counts as a refusal."""
    return Rule(get, get, hides=True)


RULES: dict[str, Rule] = {
    # config
    "healthz": public(),
    "readyz": public(),
    "media": public(),
    "util_login": public(),
    # stripe_gateway
    "stripe_webhook": public(),
    # mail
    "mail_webhook": public(),
    # donations
    "donations:*": public(),
    "donations_gifts": may(GIFTS),
    "donations_gift": may(GIFTS),
    "donations_dashboard": may(GIFTS),
    "donations_recurring": may(GIFTS),
    "donations_failed": may(GIFTS),
    "donations_donors": may(GIFTS),
    "donations_donor": may(GIFTS),
    "donations_look_alikes": may(FUNDRAISER),
    "donations_donor_*": may(FUNDRAISER),
    "donations_wall": may(GIFTS),
    "donations_wall_*": may(FUNDRAISER),
    "donations_offline": may(FUNDRAISER),
    "donations_offline_file": may(FUNDRAISER),
    "donations_offline_receipt": may(FUNDRAISER | ADMINISTRATOR),
    "donations_offline_back": may(FUNDRAISER),
    "donations_receipts": may(GIFTS),
    "donations_receipts_missing": may(GIFTS),
    "donations_receipts_year": may(ADMINISTRATOR),
    "donations_receipt": may(GIFTS),
    "donations_receipt_pdf": may(GIFTS),
    "donations_receipt_preview": may(FUNDRAISER | ADMINISTRATOR),
    "donations_receipt_correct": may(ADMINISTRATOR),
    "donations_receipt_void": may(ADMINISTRATOR),
    "donations_receipt_again": may(ADMINISTRATOR),
    "donations_receipt_send": may(ADMINISTRATOR),
    "donations_statements": may(GIFTS, ADMINISTRATOR),
    "donations_statements_found": may(GIFTS),
    "donations_statement_run": may(GIFTS),
    "donations_statement_stop": may(ADMINISTRATOR),
    "donations_statement_resume": may(ADMINISTRATOR),
    "donations_statement_mailing": may(ADMINISTRATOR),
    "donations_statements_to_print": may(ADMINISTRATOR),
    "donations_statement_pdf": may(GIFTS),
    "donations_statement_letter": may(ADMINISTRATOR),
    "donations_stripe": may(GIFTS),
    "donations_replay": may(FUNDRAISER),
    "donations_replay_all": may(FUNDRAISER),
    "donations_close_held": may(FUNDRAISER),
    "donations_held": may(FUNDRAISER),
    "donations_disputes": may(GIFTS),
    "donations_dispute": may(GIFTS),
    "donations_warnings": may(GIFTS),
    "donations_warning_back": may(FUNDRAISER),
    "donations_warning_leave": may(FUNDRAISER),
    "donations_payouts": may(GIFTS),
    "donations_payout": may(GIFTS),
    # aid
    "aid:*": public(),
    "aid_cases": may(CASES),
    "aid_case": may(CASES),
    "aid_case_open": may(CASEWORKER | TREASURER | STEWARD),
    "aid_case_file": may(CASEWORKER | APPROVER | STEWARD),
    "aid_case_take": may(CASEWORKER | STEWARD),
    "aid_case_recommend-*": may(CASEWORKER | STEWARD),
    "aid_case_answer": may(CASEWORKER | STEWARD),
    "aid_case_ask": may(CASEWORKER | STEWARD),
    "aid_case_go-on": may(CASEWORKER | STEWARD),
    "aid_case_hand-over": may(CASEWORKER | STEWARD),
    "aid_case_not-the-same": may(STEWARD),
    "aid_case_approve": may(APPROVER | STEWARD),
    "aid_case_decline": may(APPROVER | STEWARD),
    "aid_case_send-back": may(APPROVER | STEWARD),
    "aid_case_paid": may(TREASURER),
    "aid_case_law": may(STEWARD),
    "aid_case_law_lift": may(STEWARD),
    "aid_steward": may(STEWARD),
    "aid_hold_look": may(STEWARD),
    "aid_hold_lift": may(STEWARD),
    "aid_conflict_lift": may(STEWARD),
    "aid_complaints": may(STEWARD),
    "aid_complaint": may(STEWARD),
    "aid_access_log": may(STEWARD),
    "aid_batches": may(CASEWORKER | APPROVER),
    "aid_batch": may(CASEWORKER | APPROVER),
    "aid_batch_new": may(CASEWORKER),
    "aid_rules": may(CASES | ADMINISTRATOR),
    "aid_rules_change": may(STEWARD | ADMINISTRATOR),
    "aid_retention": may(STEWARD | ADMINISTRATOR),
    "aid_retention_change": may(STEWARD | ADMINISTRATOR),
    "aid_templates": may(CASEWORKER | STEWARD | ADMINISTRATOR),
    "aid_template": may(CASEWORKER | STEWARD | ADMINISTRATOR),
    "aid_template_*": may(CASEWORKER | STEWARD | ADMINISTRATOR),
    "aid_surge_*": may(CASEWORKER | APPROVER | STEWARD),
    "aid_load": may(CASES),
    "aid_case_came-back": may(TREASURER),
    "aid_case_note": may(CASEWORKER | APPROVER | STEWARD),
    "aid_case_message": may(CASEWORKER | STEWARD),
    "aid_case_hold": may(CASES),
    "aid_case_lift": may(CASES),
    "aid_case_conflict": may(CASES),
    "aid_case_alike": may(CASEWORKER | STEWARD),
    "aid_acknowledge": may(CASEWORKER | STEWARD),
    "aid_step_back": may(CASES),
    # mail
    "mail_letters": may(STEWARD | ADMINISTRATOR),
    "mail_came_back": may(STEWARD | ADMINISTRATOR),
    # ledger
    "ledger:books": public(),
    "ledger:books_file": public(),
    "ledger:heads*": public(),
    "ledger:checker": public(),
    "ledger_funds": may(BOOKS, NOBODY),
    "ledger_fund_add": may(TREASURER | ADMINISTRATOR),
    "ledger_fund": may(TREASURER | ADMINISTRATOR),
    "ledger_statement": may(BOOKS, NOBODY),
    "ledger_activities": may(BOOKS, NOBODY),
    "ledger_trial_balance": may(BOOKS, NOBODY),
    "ledger_transactions": may(BOOKS, NOBODY),
    "ledger_transaction": may(BOOKS, NOBODY),
    "ledger_promises": may(BOOKS, NOBODY),
    "ledger_plain_text": may(BOOKS, NOBODY),
    "ledger_proposals": may(BOOKS, NOBODY),
    "ledger_proposal": may(BOOKS, NOBODY),
    "ledger_proposal_decide": may(NOBODY, TREASURER | ADMINISTRATOR),
    "ledger_propose": may(TREASURER | ADMINISTRATOR),
    "ledger_propose_reversal": may(TREASURER | ADMINISTRATOR),
    "ledger_months": may(BOOKS, NOBODY),
    "ledger_month_close": may(TREASURER | ADMINISTRATOR),
    "ledger_bank": may(TREASURER | ADMINISTRATOR, NOBODY),
    "ledger_bank_file": may(TREASURER | ADMINISTRATOR),
    "ledger_bank_accept": may(NOBODY, TREASURER | ADMINISTRATOR),
    "ledger_bank_statement": may(TREASURER | ADMINISTRATOR, NOBODY),
    "ledger_bank_line": may(TREASURER | ADMINISTRATOR),
    "ledger_bank_unmatch": may(NOBODY, TREASURER | ADMINISTRATOR),
    "ledger_seal": may(BOOKS | STEWARD, NOBODY),
    "ledger_chain_export": may(BOOKS | STEWARD, NOBODY),
    # cms
    "cms_sending*": may(EDITOR | ADMINISTRATOR),
    "cms_readers*": may(EDITOR | ADMINISTRATOR),
    "cms_reader": may(EDITOR | ADMINISTRATOR),
    "cms_reader_*": may(EDITOR | ADMINISTRATOR),
    "cms_feed": public(),
    "cms_subscribe": public(),
    "cms_subscribe_*": public(),
    "cms_unsubscribe": public(),
    "cms_preferences": public(),
    "cms_preferences_*": public(),
    "cms_search": public(),
    "cms_sitemap": public(),
    "cms_robots": public(),
    "cms_security": public(),
    "wagtail_serve": public(),
    "wagtailcore_authenticate_with_password": public(),
    "wagtailcore_login": public(),
    "wagtaildocs_serve": public(),
    "wagtaildocs_authenticate_with_password": public(),
    # sign-in
    "organisation_login": may(DESK | {"visitor"}),
    "organisation_reset": may(DESK | {"visitor"}),
    "organisation_enrol": may(EVERYBODY),
    "organisation_enrol_done": may(EVERYBODY),
    "account_login": may(EVERYBODY),
    "account_logout": may(EVERYBODY),
    "account_inactive": may(EVERYBODY),
    "account_set_password": may(EVERYBODY),
    "account_reset_password": may(EVERYBODY),
    "account_reset_password_done": may(EVERYBODY),
    "account_reset_password_from_key": may(EVERYBODY),
    "account_reset_password_from_key_done": may(EVERYBODY),
    "account_reauthenticate": may(SIGNED_IN),
    "account_change_password": may(SIGNED_IN),
    "mfa_authenticate": may(NOBODY),  # opens in the middle of a sign-in only: test_signing_in.py
    "mfa_login_webauthn": may(EVERYBODY),
    "mfa_remove_webauthn": may(SIGNED_IN, hides=True),
    "mfa_edit_webauthn": may(SIGNED_IN, hides=True),
    "mfa_*": may(SIGNED_IN),
    # organisation
    "organisation_closed": may(NOBODY, hides=True),
    "organisation_preferences": may(DESK),
    "organisation_people": may(ADMINISTRATOR),
    "organisation_person": may(ADMINISTRATOR),
    "organisation_person_*": may(ADMINISTRATOR),
    "organisation_record": may(ADMINISTRATOR),
    "organisation_entity": may(ADMINISTRATOR),
    "organisation_entity_add": may(ADMINISTRATOR),
    "organisation_trail": may(STEWARD | ADMINISTRATOR),
    # Wagtail: the desk itself
    "wagtailadmin_home": may(DESK),
    "wagtailadmin_account": may(DESK),
    "wagtailadmin_logout": may(DESK),
    "wagtailadmin_dismissibles": may(DESK),
    "wagtailadmin_sprite": may(DESK | {"visitor"}),
    "wagtailadmin_javascript_catalog": may(DESK | {"visitor"}),
    "wagtailadmin_login": may(DESK | {"visitor"}),  # ours stands before it
    "wagtailadmin_password_reset*": may(DESK | {"visitor"}),  # ours stands before it
    "wagtailadmin_error_test": may(NOBODY, hides=True),
    "staff/test404/": may(NOBODY, hides=True),
    "staff/^.*/$": may(NOBODY, hides=True),
    # Wagtail: pages, images, documents
    "wagtailadmin_api:*": wagtail(EDITOR),
    "wagtailadmin_explore*": wagtail(EDITOR),
    "wagtail_bulk_action": wagtail(EDITOR),
    "wagtailadmin_pages:*": wagtail(EDITOR),
    "wagtailadmin_choose_*": wagtail(EDITOR),
    "wagtailadmin_tag_*": wagtail(EDITOR),
    "wagtailadmin_collections:*": wagtail(NOBODY),
    "wagtailadmin_workflows:*": wagtail(NOBODY),
    "wagtailadmin_pages:*workflow*": replace(
        wagtail(EDITOR), lenient=True
    ),  # only issues have a workflow: tests/cms/sending/test_workflow_second_person.py
    "wagtailadmin_pages:move_confirm": replace(wagtail(EDITOR), lenient=True),  # no page moves into itself
    "wagtailadmin_reports:*": wagtail(EDITOR),
    "wagtailadmin_editing_sessions:*": wagtail(EDITOR),
    "wagtailadmin_block_preview": wagtail(EDITOR),
    "wagtailsettings:*": wagtail(NOBODY),
    "wagtailsnippets:*": wagtail(EDITOR),
    "wagtailsnippets_cms_standingtext:*": wagtail(EDITOR),
    "wagtailsnippetchoosers_cms_standingtext:*": wagtail(EDITOR),
    "wagtailsnippets_cms_topic:*": wagtail(EDITOR),
    "wagtailsnippetchoosers_cms_topic:*": wagtail(EDITOR),
    "wagtaildocs:*": wagtail(EDITOR),
    "wagtaildocs_chooser:*": wagtail(EDITOR),
    "wagtailimages:*": wagtail(EDITOR),
    "wagtailimages_chooser:*": wagtail(EDITOR),
    # Wagtail: what would walk round roles
    "wagtailusers_users:*": may(NOBODY, hides=True),
    "wagtailusers_groups:*": may(NOBODY, hides=True),
    "wagtailsites:*": wagtail(NOBODY),
}

# Values of arguments by name. A word in braces stands for a row's number.
SAMPLES: dict[str, str] = {
    "token": "no-such-token",
    "number": "RW-2026-000001",
    "reference": "00000000-0000-0000-0000-000000000000",
    "code": "no-such-code",
    "kind": "spending",
    "name": "2020-01",
    "uidb36": "1",
    "key": "no-such-key",
    "uidb64": "MQ",
    "pk": "{pk}",
    "app_label": "wagtailcore",
    "app_name": "wagtailcore",
    "model_name": "page",
    "content_type_app_name": "cms",
    "content_type_model_name": "standardpage",
    "action": "delete",
    "action_name": "approve",
    "page_id": "{page}",
    "parent_page_id": "{page}",
    "page_to_move_id": "{page}",
    "destination_id": "{page}",
    "page_pk": "{page}",
    "page_view_restriction_id": "{page}",
    "image_id": "{image}",
    "filter_spec": "width-100",
    "document_id": "{document}",
    "doc_id": "{document}",
    "collection_id": "{collection}",
    "workflow_pk": "{workflow}",
}

# Whole paths for addresses written as regular expressions, by their route.
PATHS: dict[str, str] = {
    "staff/^(?:users|groups|bulk/organisation|bulk/auth|workflows|failwhale|test404)/(?:.*/)?$": "staff/users/",
    "staff/^password_reset/(?:.*/)?$": "staff/password_reset/confirm/MQ/set-password/",
    "staff/account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "staff/account/password/reset/key/1-x/",
    "staff/api/main/^pages/": "staff/api/main/pages/",
    "staff/api/main/^pages/<int:pk>/": "staff/api/main/pages/{page}/",
    "staff/api/main/^pages/find/": "staff/api/main/pages/find/?html_path=/",
    "staff/api/main/^pages/<int:pk>/action/<str:action_name>/": "staff/api/main/pages/{page}/action/delete/",
    "staff/api/main/^documents/": "staff/api/main/documents/",
    "staff/api/main/^documents/<int:pk>/": "staff/api/main/documents/{document}/",
    "staff/api/main/^documents/find/": "staff/api/main/documents/find/",
    "staff/api/main/^images/": "staff/api/main/images/",
    "staff/api/main/^images/<int:pk>/": "staff/api/main/images/{image}/",
    "staff/api/main/^images/find/": "staff/api/main/images/find/",
    r"staff/pages/^(\d+)/revisions/compare/(live|earliest|\d+)\.\.\.(live|latest|\d+)/$": (
        "staff/pages/{page}/revisions/compare/earliest...latest/"
    ),
    "staff/^.*/$": "staff/no-such-page/",
    r"documents/^(\d+)/(.*)$": "documents/{document}/no-such-name.txt",
    "^media/(?P<path>(?!documents/).*)$": "media/no-such-file.png",
    r"^((?:[\w\-]+/)*)$": "",
    r"es/^((?:[\w\-]+/)*)$": "es/",
}

# Which row {pk} is, by the beginning of the name; 1 where nothing fits.
ROWS: dict[str, str] = {
    "organisation_person": "person",
    "organisation_entity": "entity",
    "cms_reader": "reader",
    "wagtailusers_users": "person",
    "wagtailusers_groups": "group",
    "wagtailadmin_collections": "collection",
    "wagtailadmin_workflows": "workflow",
    "wagtailsites": "site",
    "wagtailsnippets_cms_standingtext": "standingtext",
    "wagtailsnippetchoosers_cms_standingtext": "standingtext",
    "wagtaildocs_chooser": "document",
    "wagtailimages_chooser": "image",
}

# Public addresses that may set a cookie, and why.
COOKIES: dict[str, str] = {}
