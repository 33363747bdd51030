"""What a person may be allowed to do at the staff desk, in words; which role may do what is in ``organisation.roles``."""

from enum import StrEnum


class Permission(StrEnum):
    """Codes as Django's ``user.has_perm`` takes them."""

    DESK = "wagtailadmin.access_admin"
    EDIT_PAGES = "cms.edit_pages"
    SEND_LETTERS = "cms.send_letters"
    MANAGE_SUBSCRIBERS = "cms.manage_subscribers"
    SEE_GIFTS = "donations.see_gifts"
    MANAGE_GIFTS = "donations.manage_gifts"
    MANAGE_RECEIPTS = "donations.manage_receipts"
    SEE_BOOKS = "ledger.see_books"
    MANAGE_FUNDS = "ledger.manage_funds"
    SEE_CASES = "aid.see_cases"
    REVIEW_CASES = "aid.review_cases"
    APPROVE_REQUESTS = "aid.approve_requests"
    RECORD_PAYMENTS = "aid.record_payments"
    OVERSEE_CASES = "aid.oversee_cases"
    MANAGE_AID_RULES = "aid.manage_rules"
    MANAGE_PEOPLE = "organisation.manage_people"
    MANAGE_ORGANISATION = "organisation.manage_organisation"
    READ_AUDIT = "organisation.read_audit"
