"""Addresses of cms that are not pages; the pages' own come from Wagtail's tree."""

from django.urls import URLPattern, URLResolver, path
from wagtail.contrib.sitemaps.views import sitemap

from cms import feeds, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("newsletter/feed/", feeds.NewsletterFeed(), name="cms_feed"),
    path("sitemap.xml", sitemap, name="cms_sitemap"),
    path("robots.txt", views.robots, name="cms_robots"),
    path(".well-known/security.txt", views.security, name="cms_security"),
]
