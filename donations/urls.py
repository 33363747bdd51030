"""Addresses of donations."""

from django.urls import URLPattern, URLResolver, path

from donations import views

app_name = "donations"
urlpatterns: list[URLPattern | URLResolver] = [
    path("donate/", views.donate, name="donate"),
    path("donate/thanks/", views.thanks, name="thanks"),
    path("giving/", views.giving_link, name="giving_link"),
    path("giving/<str:token>/", views.supporter, name="giving"),
    path("giving/<str:token>/receipts/<slug:number>.pdf", views.receipt_pdf, name="receipt_pdf"),
    path("giving/<str:token>/stop/<slug:reference>/", views.stop, name="stop"),
    path("receipts/verify/<slug:code>/", views.verify_receipt, name="verify_receipt"),
]
