"""Addresses of aid."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import TemplateView

app_name = "aid"
urlpatterns: list[URLPattern | URLResolver] = [path("case/", TemplateView.as_view(), name="case")]
