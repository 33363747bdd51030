"""Addresses of aid for workers. The desk's are in ``wagtail_hooks``."""

from django.urls import URLPattern, URLResolver, path

from aid.worker import apply_views, case_views, change_views, files, held_views, link_views, talk_views

app_name = "aid"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", apply_views.home, name="home"),
    path("apply/", apply_views.first, name="apply"),
    path("apply/words/", apply_views.words, name="words"),
    path("apply/on/", apply_views.go_on, name="go_on"),
    path("apply/check/", apply_views.check, name="check"),
    path("apply/<slug:slug>/", apply_views.question, name="question"),
    path("case/", case_views.case, name="case"),
    path("case/message/", talk_views.message, name="message"),
    path("case/appeal/", talk_views.appeal, name="appeal"),
    path("case/complaint/", talk_views.complain, name="complaint"),
    path("case/account/", talk_views.account, name="account"),
    path("case/payment/", change_views.payment, name="payment"),
    path("case/held/", held_views.held, name="held"),
    path("case/held.json", held_views.held_file, name="held.json"),
    path("case/erase/", change_views.erase, name="erase"),
    path("case/proof.json", case_views.proof, name="proof"),
    path("case/arrived/", case_views.arrived, name="arrived"),
    path("case/withdraw/", change_views.withdraw, name="withdraw"),
    path("case/files/", files.files, name="files"),
    path("case/files/<uuid:pk>/", files.file, name="file"),
    path("case/files/<uuid:pk>/remove/", files.remove, name="file_remove"),
    path("case/leave/", case_views.leave, name="leave"),
    path("left/", case_views.left, name="left"),
    path("erased/", change_views.erased, name="erased"),
    path("away/", case_views.away, name="away"),
    path("link/", link_views.ask, name="link"),
    path("link/<str:key>/", link_views.open_link, name="open_link"),
]
