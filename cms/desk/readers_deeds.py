"""What staff do for a reader who asked them to. Nobody is subscribed by staff's word: they confirm it themselves."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cms.desk import readers
from cms.desk.readers_forms import AddForm, LiftForm, PauseForm, TopicsForm
from cms.models import Subscriber
from cms.models.subscribers import address_index
from cms.readers import choosing, leaving, lifting, signing_up
from core import clock
from mail import suppressing
from organisation import audit, screen
from organisation.permissions import Permission
from organisation.staff import member, needs


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Send somebody the letter in which they confirm that they want letters."""
    form = AddForm(request.POST if request.method == "POST" else None, initial={"language": "en"})
    if request.method == "POST" and form.is_valid():
        answer = _ask(request, form)
        if answer:
            return answer
    title = _("Add a reader")
    return screen.show(
        request, "cms/desk/readers_add.html", title=title, context={"form": form}, above=[readers.READERS]
    )


@transaction.atomic
def _ask(request: HttpRequest, form: AddForm) -> HttpResponse | None:
    at, email = clock.now(), form.cleaned_data["email"]
    if suppressing.reason_of(email) is suppressing.Reason.COMPLAINED:
        form.add_error("email", _("Letters to this address were reported as unwanted. No letter was sent."))
        return None
    index = address_index(email)
    was = Subscriber.objects.filter(address_index=index).first()
    if was and was.state == Subscriber.State.ACTIVE:
        messages.info(request, _("This address is subscribed already."))
        return redirect("cms_reader", pk=was.pk)
    signing_up.ask(email=email, language=form.cleaned_data["language"], topics=form.cleaned_data["topics"], at=at)
    row = Subscriber.objects.get(address_index=index)
    if was is None:
        row.source_detail = "desk"
        row.save(update_fields=["source_detail"])
    audit.record(actor=member(request), action="cms.reader_asked", subject=row, at=at)
    if row.asked_at == at:
        messages.success(request, _("A letter asks them to confirm. Until they do, nothing else goes there."))
    else:
        messages.warning(request, _("No letter was sent: this address had as many today as it may get."))
    return redirect("cms_reader", pk=row.pk)


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
@transaction.atomic
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reader off the list, because they asked for it."""
    row, at = get_object_or_404(Subscriber, pk=pk), clock.now()
    leaving.leave(row, how=Subscriber.Left.DESK, delivery=None, at=at)
    audit.record(actor=member(request), action="cms.reader_left", subject=row, at=at)
    messages.success(request, _("No more letters go there."))
    return redirect("cms_reader", pk=pk)


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
@transaction.atomic
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Let letters rest until a day that the reader named."""
    row, at = get_object_or_404(Subscriber, pk=pk), clock.now()
    form = PauseForm(request.POST, today=readers.today_here(at))
    if not form.is_valid():
        return readers.show(request, row, pause_form=form)
    try:
        leaving.pause(row, until=form.cleaned_data["until"], how="desk", at=at)
    except leaving.NotSubscribed:
        messages.error(request, _("Nothing changed: no letters go to this reader anyway."))
    else:
        audit.record(actor=member(request), action="cms.reader_paused", subject=row, at=at)
        messages.success(request, _("Letters rest until that day."))
    return redirect("cms_reader", pk=pk)


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
@transaction.atomic
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """End a reader's pause."""
    row, at = get_object_or_404(Subscriber, pk=pk), clock.now()
    try:
        leaving.go_on(row, how="desk", at=at)
    except leaving.NotSubscribed:
        messages.error(request, _("Nothing changed: no letters go to this reader anyway."))
    else:
        audit.record(actor=member(request), action="cms.reader_resumed", subject=row, at=at)
        messages.success(request, _("Letters go there again."))
    return redirect("cms_reader", pk=pk)


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
@transaction.atomic
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Change language and topics as the reader told us."""
    row, at = get_object_or_404(Subscriber, pk=pk), clock.now()
    form = TopicsForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Nothing changed: one of these choices is not there any more."))
        return redirect("cms_reader", pk=pk)
    choosing.choose(row, topics=form.cleaned_data["topics"], language=form.cleaned_data["language"], at=at)
    audit.record(actor=member(request), action="cms.reader_chose", subject=row, at=at)
    messages.success(request, _("It is changed."))
    return redirect("cms_reader", pk=pk)


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_http_methods(["GET", "HEAD", "POST"])
@transaction.atomic
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a reader, because they asked for it."""
    row, at = get_object_or_404(Subscriber, pk=pk), clock.now()
    if request.method == "POST":
        audit.record(actor=member(request), action="cms.reader_erased", subject=row, at=at)
        leaving.erase(row, source="erased", at=at)
        messages.success(request, _("The reader is erased. Of the address only a keyed hash is kept."))
        return redirect("cms_readers")
    title = _("Erase %(reader)s") % {"reader": row}
    return screen.show(
        request, "cms/desk/readers_erase.html", title=title, context={"reader": row}, above=[readers.READERS]
    )


@needs(Permission.MANAGE_SUBSCRIBERS)
@require_POST
def lift(request: HttpRequest) -> HttpResponse:
    """Let letters go to an address again that they came back from."""
    form = LiftForm(request.POST)
    if not form.is_valid():
        row = Subscriber.objects.filter(address_index=address_index(str(form["email"].value() or ""))).first()
        if row:
            return readers.show(request, row, lift_form=form)
        messages.error(request, _("Say in a few words why letters arrive again."))
        return redirect("cms_readers")
    email = form.cleaned_data["email"]
    try:
        found = lifting.lift(email=email, by=member(request), note=form.cleaned_data["note"], at=clock.now())
    except lifting.NotSuppressed:
        messages.info(request, _("Letters may go there already."))
        found = Subscriber.objects.filter(address_index=address_index(email)).first()
    except lifting.OnlyTheirs:
        messages.error(request, _("Nothing changed: they wanted no letters, and can sign up again themselves."))
        found = Subscriber.objects.filter(address_index=address_index(email)).first()
    else:
        messages.success(request, _("Letters may go there again."))
    return redirect("cms_reader", pk=found.pk) if found else redirect("cms_readers")
