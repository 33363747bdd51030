"""What anybody may have of the sealed books; ``config.urls`` puts it below the public accounts."""

from django.urls import path

from ledger import heads

app_name = "ledger"
urlpatterns = [
    path("heads/", heads.page, name="heads"),
    path("heads.json", heads.as_json, name="heads_json"),
    path("heads.csv", heads.as_csv, name="heads_csv"),
    path("check_books.py", heads.checker, name="checker"),
]
