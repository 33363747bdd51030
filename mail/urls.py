"""Addresses of mail, below /webhooks/."""

from django.urls import URLPattern, URLResolver, path

from mail import webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail/", webhooks.mail_webhook, name="mail_webhook"),
]
