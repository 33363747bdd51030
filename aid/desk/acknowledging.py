"""Telling many workers at once that we have their report: ticked in the queue, in each worker's language, once."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import get_language_info, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aid import access, talking
from aid.models import AidRequest, AnswerTemplate
from core.clock import now
from organisation import screen
from organisation.permissions import Permission
from organisation.staff import member, needs

_ByLanguage = dict[str, list[AidRequest]]


class AcknowledgeForm(forms.Form):
    """One text for each language that is spoken by those who are ticked."""

    def __init__(self, data: Any, *, languages: list[str], texts: dict[str, str]) -> None:
        super().__init__(data)
        for language in languages:
            self.fields[f"body_{language}"] = forms.CharField(
                label=_("Message in %(language)s") % {"language": _named(language)},
                max_length=talking.LONGEST,
                widget=forms.Textarea(attrs={"rows": 5, "lang": language}),
                initial=texts[language],
            )


@needs(Permission.REVIEW_CASES, Permission.OVERSEE_CASES)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Show who will be told what, and tell them."""
    typed = request.POST if request.method == "POST" else request.GET
    ticked = _keys(typed.getlist("request"))
    found = list(access.visible_to(member(request)).filter(pk__in=ticked).order_by("submitted_at", "pk"))
    to_tell = [row for row in found if row.case.acknowledged_at is None]
    if not to_tell:
        said = _("They were all told before.") if found else _("Please tick the reports first.")
        messages.info(request, said)
        return redirect("aid_cases")
    groups: _ByLanguage = {}
    for row in to_tell:
        groups.setdefault(row.case.language, []).append(row)
    templates = list(AnswerTemplate.objects.filter(language__in=groups, is_shown=True).order_by("title"))
    texts = {language: _text(language, templates, typed.get(f"template_{language}", "")) for language in groups}
    form = AcknowledgeForm(request.POST or None, languages=list(groups), texts=texts)
    if request.method == "POST" and form.is_valid():
        return _tell(request, groups, form, left_out=len(found) - len(to_tell))
    context = {
        "form": form,
        "to_tell": to_tell,
        "told_before": len(found) - len(to_tell),
        "picks": [
            (language, _named(language), [one for one in templates if one.language == language])
            for language in groups
            if any(one.language == language for one in templates)
        ],
        "picked": typed,
    }
    return screen.show(
        request,
        "aid/desk/acknowledge.html",
        title=_("Say that we have the report"),
        context=context,
        above=[("aid_cases", gettext_lazy("Cases"))],
        status=422 if form.errors else 200,
    )


@transaction.atomic
def _tell(request: HttpRequest, groups: _ByLanguage, form: forms.Form, *, left_out: int) -> HttpResponse:
    told = 0
    for language, rows in groups.items():
        body = form.cleaned_data[f"body_{language}"]
        keys = [row.pk for row in rows]
        told += len(talking.acknowledge(request_ids=keys, by=member(request), body=body, at=now()))
    left_out += sum(len(rows) for rows in groups.values()) - told
    words = ngettext("%(told)s worker was told.", "%(told)s workers were told.", told) % {"told": told}
    if left_out:
        more = ngettext("%(number)s was told before.", "%(number)s were told before.", left_out)
        words = f"{words} {more % {'number': left_out}}"
    messages.success(request, words)
    return redirect("aid_cases")


def _text(language: str, templates: list[AnswerTemplate], picked: str) -> str:
    for template in templates:
        if template.language == language and str(template.pk) == picked:
            return template.body
    with translation.override(language):
        return _(
            "Thank you for writing to us. We have your report and are reading it. On this page you see how it goes on,"
            " and you can write to us here."
        )


def _named(language: str) -> str:
    return str(get_language_info(language)["name_translated"])


def _keys(typed: list[str]) -> list[uuid.UUID]:
    keys = []
    for text in typed:
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue  # Not from our page.
    return keys
