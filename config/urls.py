"""Every address of Liferaft. The language comes from the address alone: "/" is English, "/es/" Spanish."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms import finding, public_accounts
from config import health
from ledger import urls as ledger_urls

# The public accounts are made of the books and the cases, so they are in cms; what proves the books is the ledger's.
books = [
    path("", public_accounts.books, name="books"),
    path("public-accounts.csv", public_accounts.file, name="books_file"),
    *ledger_urls.urlpatterns,
]
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("webhooks/", include("stripe_gateway.urls")),
    path("webhooks/", include("mail.urls")),
    # Before Wagtail's own, which would let staff in without a second factor.
    path("staff/", include("organisation.urls")),
    path("staff/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    # Documents only by their own address, which asks whether they are private.
    re_path(r"^media/(?P<path>(?!documents/).*)$", serve, {"document_root": settings.MEDIA_ROOT}, name="media"),
    *i18n_patterns(
        # In place of Wagtail's, which would open a session without the second factor.
        path("_util/login/", RedirectView.as_view(pattern_name="account_login", query_string=True), name="util_login"),
        path("", include("donations.urls")),
        path("aid/", include("aid.worker.urls")),
        path("books/", include((books, ledger_urls.app_name))),
        path("", include("cms.urls")),
        # Wagtail's own, but for the last, which serves the pages: ours finds them sooner.
        *wagtail_urls.urlpatterns[:-1],
        re_path(wagtail_urls.serve_pattern, finding.serve, name="wagtail_serve"),
        prefix_default_language=False,
    ),
]
