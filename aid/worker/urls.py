"""Addresses of aid for workers. The desk's are in ``wagtail_hooks``."""

from django.urls import URLPattern, URLResolver, path

from aid.worker import apply_views, case_views

app_name = "aid"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", apply_views.home, name="home"),
    path("apply/", apply_views.first, name="apply"),
    path("apply/words/", apply_views.words, name="words"),
    path("apply/check/", apply_views.check, name="check"),
    path("apply/<slug:slug>/", apply_views.question, name="question"),
    path("case/", case_views.case, name="case"),
    path("case/held/", case_views.held, name="held"),
    path("case/proof.json", case_views.proof, name="proof"),
    path("case/arrived/", case_views.arrived, name="arrived"),
    path("case/withdraw/", case_views.withdraw, name="withdraw"),
    path("case/leave/", case_views.leave, name="leave"),
]
