"""Puts records into the page tree: each once, with its dates and its old addresses; what editors changed is left alone."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.text import slugify
from wagtail.models import Page, Revision

from cms import page_cache
from cms.blocks import own_slug
from cms.models import HomePage, LegacyLink, NewsletterIssuePage, WordPressOrigin
from cms.models.pages import TAKEN_ADDRESSES
from cms.wordpress import building
from cms.wordpress.cleaning import clean
from cms.wordpress.links import Links
from cms.wordpress.media import Media
from cms.wordpress.pieces import Cleaned, Gap, GiftForm
from cms.wordpress.reading import Reading, Record, RecordRefused
from cms.wordpress.report import Outcome, PageReport

_NEVER_IN = {"trash", "auto-draft", "inherit"}


@dataclass(frozen=True)
class Run:
    """What all records of one import share."""

    hosts: frozenset[str]
    coming: frozenset[int]
    media: Media
    at: datetime


def place_all(*, reading: Reading, media: Media, at: datetime, tell: Callable[[PageReport], None]) -> None:
    """Bring every record in, each in a transaction of its own, and tell what became of it.

    In a dry run (``media.is_dry``) everything is done and taken back.
    """
    for name, reason in reading.refused:
        tell(PageReport(name, Outcome.REFUSED, notes=[reason]))
    coming = frozenset(record.wp_id for record in reading.records)
    run = Run(reading.hosts, coming, media, at)
    with transaction.atomic() if media.is_dry else nullcontext():
        for record in reading.records:
            tell(_place_or_refuse(record, run))
        if media.is_dry:
            transaction.set_rollback(True)
    page_cache.forget()


def _place_or_refuse(record: Record, run: Run) -> PageReport:
    try:
        with transaction.atomic():
            report = _place(record, run)
    except (RecordRefused, ValidationError, DatabaseError) as error:
        run.media.throw_away()
        reason = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
        return PageReport(f"id {record.wp_id}", Outcome.REFUSED, wp_id=record.wp_id, title=record.title, notes=[reason])
    run.media.keep()
    return report


def _place(record: Record, run: Run) -> PageReport:
    if record.status in _NEVER_IN:
        raise RecordRefused(f"is not a page but in the state “{record.status}”")
    report = PageReport(f"id {record.wp_id}", Outcome.MADE, wp_id=record.wp_id, title=record.title)
    cleaned = clean(record.content, Links(record, run.hosts, run.coming - {record.wp_id}))
    origin = WordPressOrigin.objects.select_for_update().filter(wp_id=record.wp_id).first()
    if origin is not None and not _may_change(origin, record, run, report):
        missing = [
            Gap("image", src, "it did not come along when the page was imported") for src in origin.missing_pictures
        ]
        report.gaps = [*missing, *cleaned.gaps]
        return report
    built = building.build(record=record, cleaned=cleaned, media=run.media, at=run.at)
    report.blocks, report.dropped = built.blocks, cleaned.dropped
    report.gaps, report.notes = [*built.gaps, *cleaned.gaps], [*cleaned.notes, *built.notes]
    page = _add(record, built, run) if origin is None else _update(origin, built, report)
    _date(page, record, run)
    _remember(page, record, built, origin, run)
    _keep_old_addresses(page, record, cleaned)
    _name(report, page)
    return report


def _may_change(origin: WordPressOrigin, record: Record, run: Run, report: PageReport) -> bool:
    """Whether this record is to be brought in again; if not, the report says why not."""
    if origin.page is None:
        report.outcome = Outcome.KEPT
        report.notes.append("The page was deleted here and is not brought back.")
        return False
    page = origin.page.specific
    _name(report, page)
    has_new_picture = any(run.media.find(src)[0] for src in origin.missing_pictures)
    if origin.digest == record.digest and not has_new_picture:
        report.outcome = Outcome.UNCHANGED
        return False
    if origin.revision_id != page.latest_revision_id:
        report.outcome = Outcome.KEPT
        report.notes.append("The page was edited here, so what changed at the old site was not brought in.")
        return False
    return True


def _add(record: Record, built: building.Built, run: Run) -> Page:
    if (
        built.model is NewsletterIssuePage
        and NewsletterIssuePage.objects.filter(number=built.fields["number"]).exists()
    ):
        raise RecordRefused(f"is newsletter {built.fields['number']}, but an issue of this number is here already")
    parent = built.parent.objects.first()
    if parent is None:
        raise RecordRefused(f"has no place: there is no {built.parent._meta.verbose_name}")
    taken = set(parent.get_children().values_list("slug", flat=True))
    if built.parent is HomePage:
        taken |= TAKEN_ADDRESSES
    wanted = slugify(record.slug, allow_unicode=True) or slugify(record.title, allow_unicode=True)
    slug = own_slug(wanted or f"page-{record.wp_id}", taken)
    is_live = record.status == "publish"
    if not is_live:
        built.notes.append(f"It was “{record.status}” at the old site, so it is a draft here.")
    page = built.model(slug=slug, live=is_live, has_unpublished_changes=not is_live, **built.fields)
    return parent.add_child(instance=page)


def _update(origin: WordPressOrigin, built: building.Built, report: PageReport) -> Page:
    assert origin.page is not None  # noqa: S101 - seen in _may_change
    page = origin.page.specific
    if not isinstance(page, built.model):
        raise RecordRefused("would become another type of page than it is here")
    for name, value in built.fields.items():
        setattr(page, name, value)
    page.save()
    report.outcome = Outcome.CHANGED
    return page


def _date(page: Page, record: Record, run: Run) -> None:
    """Keep the old dates: first published, last changed. The revision carries the date of the change."""
    published = record.published_at or run.at
    changed = record.modified_at or published
    page.first_published_at = published if page.live else None
    page.last_published_at = changed if page.live else None
    revision = page.save_revision(changed=False)
    Revision.objects.filter(pk=revision.pk).update(created_at=changed)
    fields: dict[str, Any] = {
        "first_published_at": page.first_published_at,
        "last_published_at": page.last_published_at,
        "latest_revision_created_at": changed,
        "live_revision": revision if page.live else None,
    }
    Page.objects.filter(pk=page.pk).update(**fields)


def _remember(page: Page, record: Record, built: building.Built, origin: WordPressOrigin | None, run: Run) -> None:
    page.refresh_from_db(fields=["latest_revision"])
    WordPressOrigin.objects.update_or_create(
        wp_id=record.wp_id,
        defaults={
            "page": page.page_ptr,
            "digest": record.digest,
            "revision_id": page.latest_revision_id,
            "missing_pictures": [gap.what for gap in built.gaps if gap.kind == "image"],
            "imported_at": run.at,
        },
    )


def _keep_old_addresses(page: Page, record: Record, cleaned: Cleaned) -> None:
    addresses = [(LegacyLink.Kind.PAGE_ID, str(record.wp_id)), (LegacyLink.Kind.P, str(record.wp_id))]
    # The old gift form had a page of its own, which answers with the page that carries ours.
    forms = [piece.number for piece in cleaned.pieces if isinstance(piece, GiftForm) and piece.number]
    addresses += [(LegacyLink.Kind.P, number) for number in forms]
    path = urlsplit(record.link).path
    if path not in {"", "/", "/index.php"} and path != page.get_url():
        addresses.append((LegacyLink.Kind.PATH, path[:500]))
    for kind, value in addresses:
        link, _is_new = LegacyLink.objects.get_or_create(
            host="", kind=kind, value=value, defaults={"page": page.page_ptr}
        )
        if link.page_id is None:  # An entry that an editor pointed elsewhere stays as it is.
            link.page = page.page_ptr
            link.save(update_fields=["page"])


def _name(report: PageReport, page: Page) -> None:
    report.address = page.get_url() or ""
    report.page_type = str(page._meta.verbose_name)
    report.is_live = page.live
