"""Addresses of donations."""

from django.urls import URLPattern, URLResolver, path

from donations import proving, verifying, views
from donations.own_page import doors, gifts, matching, page, person

app_name = "donations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("donate/", views.donate, name="donate"),
    path("donate/thanks/", views.thanks, name="thanks"),
    path("giving/", page.own_page, name="own_page"),
    path("giving/leave/", doors.leave, name="leave"),
    path("giving/open/<str:key>/", doors.open_page, name="open_page"),
    path("giving/receipts/<slug:number>.pdf", page.receipt_pdf, name="receipt_pdf"),
    path("giving/receipts/<slug:number>/matching/", matching.letter, name="matching"),
    path("giving/statements/<slug:number>.pdf", page.statement_pdf, name="statement_pdf"),
    path("giving/gifts/<slug:reference>/change/", gifts.change, name="change"),
    path("giving/gifts/<slug:reference>/pause/", gifts.pause, name="pause"),
    path("giving/gifts/<slug:reference>/go-on/", gifts.go_on, name="go_on"),
    path("giving/gifts/<slug:reference>/stop/", gifts.stop, name="stop"),
    path("giving/gifts/<slug:reference>/card/", gifts.card, name="card"),
    path("giving/gifts/<slug:reference>/pay/", gifts.pay, name="pay"),
    path("giving/details/", person.write_details, name="details"),
    path("giving/email/", person.ask_for_email, name="new_email"),
    path("giving/email/<str:token>/", person.confirm_email, name="confirm_email"),
    path("giving/my-data.json", person.data, name="own_data"),
    path("giving/erase/", person.erase, name="erase"),
    # The last one: anything else is a letter's.
    path("giving/<str:token>/", doors.from_letter, name="giving"),
    path("receipts/verify/<slug:code>/proof.json", proving.proof, name="proof"),
    path("receipts/verify/", verifying.entry, name="verify"),
    path("receipts/verify/<slug:code>/", verifying.verify, name="verify_receipt"),
]
