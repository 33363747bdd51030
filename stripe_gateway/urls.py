"""Addresses of stripe_gateway, below /webhooks/."""

from django.urls import URLPattern, URLResolver, path

from stripe_gateway import webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("stripe/", webhooks.stripe_webhook, name="stripe_webhook"),
]
