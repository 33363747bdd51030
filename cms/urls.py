"""Addresses of cms that are not pages; the pages' own come from Wagtail's tree."""

from django.urls import URLPattern, URLResolver, path

from cms import feeds, search_views, site_map, views
from cms.readers import leave_views, own_views, sign_up_views

readers = [
    path("subscribe/", sign_up_views.subscribe, name="cms_subscribe"),
    path("subscribe/confirm/<str:token>/", sign_up_views.confirm, name="cms_subscribe_confirm"),
    path("subscribe/back/<str:token>/", leave_views.come_back, name="cms_subscribe_back"),
    path("subscribe/preferences/", own_views.preferences, name="cms_preferences"),
    path("subscribe/preferences/<str:token>/", own_views.open_page, name="cms_preferences_open"),
    path("unsubscribe/<str:token>/", leave_views.unsubscribe, name="cms_unsubscribe"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *readers,
    path("newsletter/feed/", feeds.NewsletterFeed(), name="cms_feed"),
    path("search/", search_views.search, name="cms_search"),
    path("sitemap.xml", site_map.site_map, name="cms_sitemap"),
    path("robots.txt", views.robots, name="cms_robots"),
    path(".well-known/security.txt", views.security, name="cms_security"),
]
