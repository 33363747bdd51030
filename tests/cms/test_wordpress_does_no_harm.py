"""An import can be rehearsed, repeated and interrupted by bad input without harm."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image as Pillow

from cms.models import CampaignPage, HomePage, StandardPage
from ledger.models import Fund
from tests.cms.wordpress import DONATION, NEWSLETTER, record, save


def _import(source: str, *options: str) -> str:
    out = io.StringIO()
    call_command("import_wordpress", source, *options, stdout=out)
    return out.getvalue()


def _everything() -> dict[str, Any]:
    rows = {model._meta.label: list(model._base_manager.order_by("pk").values()) for model in apps.get_models()}
    files = sorted(str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())
    return rows | {"files": files}


def test_dry_run_writes_nothing_and_says_the_same(home: HomePage, general_fund: Fund, tmp_path: Path) -> None:
    source = save(tmp_path, DONATION, NEWSLETTER)
    Pillow.new("RGB", (40, 30)).save(tmp_path / "raft.jpg")
    before = _everything()

    rehearsed = _import(source, "--dry-run", "--media", str(tmp_path))
    after = _everything()
    real = _import(source, "--media", str(tmp_path))

    assert after == before
    assert rehearsed.replace("This was a dry run: nothing was written.\n", "") == real


def test_second_run_changes_nothing(home: HomePage, general_fund: Fund, tmp_path: Path) -> None:
    source = save(tmp_path, DONATION, NEWSLETTER)
    _import(source)
    before = _everything()

    said = _import(source)

    assert _everything() == before
    assert "2 unchanged" in said


def test_what_changed_at_the_old_site_comes_in(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "Rules", "<p>Old.</p>")))

    said = _import(save(tmp_path, record(9, "Our rules", "<p>New.</p>")))

    page = StandardPage.objects.get(slug="page-9")
    assert (page.title, str(page.body[0].value)) == ("Our rules", "<p>New.</p>")
    assert "1 changed" in said


def test_what_an_editor_changed_is_kept(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "Rules", "<p>Old.</p>")))
    page = StandardPage.objects.get(slug="page-9")
    page.title = "Edith's rules"
    page.save_revision().publish()

    said = _import(save(tmp_path, record(9, "Rules", "<p>New.</p>")))

    assert StandardPage.objects.get(slug="page-9").title == "Edith's rules"
    assert "kept" in said


def test_deleted_page_is_not_brought_back(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "Rules", "<p>Old.</p>")))
    StandardPage.objects.get(slug="page-9").delete()

    said = _import(save(tmp_path, record(9, "Rules", "<p>Old.</p>")))

    assert not StandardPage.objects.filter(slug="page-9").exists()
    assert "deleted here" in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"id": 1, "title": {"rend', "is not whole JSON"),
        ("", "is empty"),
        ("{}", "not a WordPress page or post"),
        ("[1, 2]", "no WordPress page or post is in it"),
        ('"text"', "not a WordPress page or post"),
        ("<html><body>Not found</body></html>", "is HTML or XML"),
        (
            '<?xml version="1.0"?><rss xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/">',
            "export that is not whole",
        ),
        (
            '<!DOCTYPE a [<!ENTITY b "c">]><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>&b;</channel></rss>',
            "XML entities",
        ),
        ('{"code": "rest_no_route", "message": "No route was found", "data": {"status": 404}}', "No route was found"),
        ("[" * 100_000, "is"),
        (b"\xff\xfe\x00", "is not text in UTF-8"),
    ],
)
def test_what_is_no_wordpress_stops_with_the_files_name_and_the_reason(
    home: HomePage, tmp_path: Path, content: str | bytes, says: str
) -> None:
    source = tmp_path / "old.json"
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = _everything()

    with pytest.raises(CommandError) as refusal:
        _import(str(source))

    assert "old.json" in str(refusal.value)
    assert says in str(refusal.value)
    assert _everything() == before


def test_missing_file_and_empty_folder_say_so(home: HomePage, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file"):
        _import(str(tmp_path / "nothing.json"))
    with pytest.raises(CommandError, match=r"no \.json or \.xml file"):
        _import(str(tmp_path))


def test_broken_file_in_a_folder_stops_before_anything_is_written(home: HomePage, tmp_path: Path) -> None:
    save(tmp_path, record(9, "Rules", "<p>Good.</p>"), name="a.json")
    (tmp_path / "b.json").write_text("{")

    with pytest.raises(CommandError, match=r"b\.json"):
        _import(str(tmp_path))

    assert not StandardPage.objects.filter(slug="page-9").exists()


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"id": None}, "has no id"),
        ({"id": True}, "has no id"),
        ({"title": "plain"}, "has no title.rendered"),
        ({"content": {"rendered": None}}, "has no content.rendered"),
        ({"content": {"rendered": "", "protected": True}}, "has a password"),
        ({"date_gmt": "yesterday"}, "has no date in date_gmt"),
        ({"type": "attachment"}, "neither a page nor a post"),
        ({"status": "trash"}, "in the state “trash”"),
        ({"id": 9}, "which pages.json, record 1 has already"),
        ({"content": {"rendered": "<div>" * 5000 + "x"}}, "nested too deeply"),
    ],
)
def test_one_bad_record_is_refused_and_the_others_come_in(
    home: HomePage, tmp_path: Path, bad: dict[str, Any], says: str
) -> None:
    source = save(tmp_path, record(9, "Good", "<p>Good.</p>"), record(10, "Bad", "<p>Bad.</p>") | bad)
    report = tmp_path / "report.out"

    with pytest.raises(CommandError, match="1 of 2 records"):
        _import(source, "--report", str(report))

    refused = next(page for page in json.loads(report.read_text())["pages"] if page["outcome"] == "refused")
    assert says in " ".join(refused["notes"])
    assert StandardPage.objects.filter(slug="page-9").exists()
    assert not StandardPage.objects.filter(title="Bad").exists()


def test_odd_characters_and_very_long_titles_come_in(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "x" * 400, "<p>A\x00B \ud800 C</p>", slug="%E2%9C%93-ok")))

    page = StandardPage.objects.get(title__startswith="xxx")
    assert len(page.title) == 255
    assert "AB" in str(page.body[0].value)


def test_issue_number_that_is_taken_is_refused(home: HomePage, issue: object, tmp_path: Path) -> None:
    source = save(tmp_path, record(9, "Newsletter 7 again", "<p>x</p>", type="post"))

    with pytest.raises(CommandError):
        _import(source)


def test_draft_of_the_old_site_is_a_draft_here(home: HomePage, tmp_path: Path) -> None:
    _import(save(tmp_path, record(9, "Rules", "<p>Old.</p>", status="draft")))

    assert not StandardPage.objects.get(slug="page-9").live


def test_campaign_without_any_fund_comes_in_and_says_what_is_missing(home: HomePage, tmp_path: Path) -> None:
    said = _import(save(tmp_path, DONATION))

    assert CampaignPage.objects.get().fund is None
    assert "choose the campaign's fund" in said
