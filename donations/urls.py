"""Addresses of donations."""

from django.urls import URLPattern, URLResolver, path

from donations import own_page, views

app_name = "donations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("donate/", views.donate, name="donate"),
    path("donate/thanks/", views.thanks, name="thanks"),
    path("giving/", own_page.giving_link, name="giving_link"),
    path("giving/<str:token>/", own_page.supporter, name="giving"),
    path("giving/<str:token>/receipts/<slug:number>.pdf", own_page.receipt_pdf, name="receipt_pdf"),
    path("giving/<str:token>/stop/<slug:reference>/", own_page.stop, name="stop"),
    path("receipts/verify/<slug:code>/", views.verify_receipt, name="verify_receipt"),
]
