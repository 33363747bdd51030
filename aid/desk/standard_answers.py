"""Messages that are written often: the list, a form for one, and whether it is offered."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aid import standard_answers
from aid.models import AnswerTemplate
from core.clock import now
from organisation import screen
from organisation.staff import member, needs


class TemplateForm(forms.Form):
    """A text to start from."""

    title = forms.CharField(
        label=gettext_lazy("Title"), help_text=gettext_lazy("For you and your colleagues."), max_length=120
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("It is offered for workers who read this language."),
        choices=settings.LANGUAGES,
    )
    body = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("Plain text. Whoever uses it can change it before it is sent."),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


@needs(*standard_answers.WHO)
@never_cache
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates, by language and title."""
    rows = AnswerTemplate.objects.order_by("language", "title")
    context = {"templates": rows}
    return screen.show(request, "aid/desk/templates.html", title=_("Answer templates"), context=context)


@needs(*standard_answers.WHO)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    return _edit(request, AnswerTemplate(), title=_("New answer template"))


@needs(*standard_answers.WHO)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(AnswerTemplate, pk=pk)
    return _edit(request, template, title=template.title)


@needs(*standard_answers.WHO)
@never_cache
@require_POST
def offer(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """Offer a template, or do not. What was sent with it stays as it was."""
    template = get_object_or_404(AnswerTemplate, pk=pk)
    standard_answers.offer(template_id=template.pk, is_shown=deed == "show", by=member(request), at=now())
    messages.success(request, _("It is offered now.") if deed == "show" else _("It is no longer offered."))
    return redirect("aid_templates")


def _edit(request: HttpRequest, template: AnswerTemplate, *, title: str) -> HttpResponse:
    initial = {"title": template.title, "language": template.language, "body": template.body}
    form = TemplateForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(template, name, value)
        try:
            standard_answers.keep(template=template, by=member(request), at=now())
        except standard_answers.TitleTaken:
            form.add_error("title", _("There is a template with this title in this language already."))
        else:
            messages.success(request, _("Kept."))
            return redirect("aid_templates")
    above: list[screen.Above] = [("aid_templates", _("Answer templates"))]
    status = 422 if form.is_bound else 200
    return screen.show(
        request, "aid/desk/template_form.html", title=title, context={"form": form}, above=above, status=status
    )
