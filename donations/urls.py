"""Addresses of donations."""

from django.urls import URLPattern, URLResolver, path

from donations import matching, own_page, own_page_doors, own_page_gifts, own_page_person, views

app_name = "donations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("donate/", views.donate, name="donate"),
    path("donate/thanks/", views.thanks, name="thanks"),
    path("giving/", own_page.own_page, name="own_page"),
    path("giving/leave/", own_page_doors.leave, name="leave"),
    path("giving/open/<str:key>/", own_page_doors.open_page, name="open_page"),
    path("giving/receipts/<slug:number>.pdf", own_page.receipt_pdf, name="receipt_pdf"),
    path("giving/receipts/<slug:number>/matching/", matching.letter, name="matching"),
    path("giving/gifts/<slug:reference>/change/", own_page_gifts.change, name="change"),
    path("giving/gifts/<slug:reference>/pause/", own_page_gifts.pause, name="pause"),
    path("giving/gifts/<slug:reference>/go-on/", own_page_gifts.go_on, name="go_on"),
    path("giving/gifts/<slug:reference>/stop/", own_page_gifts.stop, name="stop"),
    path("giving/gifts/<slug:reference>/card/", own_page_gifts.card, name="card"),
    path("giving/gifts/<slug:reference>/pay/", own_page_gifts.pay, name="pay"),
    path("giving/details/", own_page_person.write_details, name="details"),
    path("giving/email/", own_page_person.ask_for_email, name="new_email"),
    path("giving/email/<str:token>/", own_page_person.confirm_email, name="confirm_email"),
    path("giving/my-data.json", own_page_person.data, name="own_data"),
    path("giving/erase/", own_page_person.erase, name="erase"),
    # The last one: anything else is a letter's.
    path("giving/<str:token>/", own_page_doors.from_letter, name="giving"),
    path("receipts/verify/<slug:code>/", views.verify_receipt, name="verify_receipt"),
]
