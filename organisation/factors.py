"""Adding, changing and losing second factors: allauth's views and forms, with the audit trail and shared counters.

allauth tells of these deeds by signals only; its views are its public doors, so we stand there instead.
"""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core import clock, throttle
from organisation import audit, doors, pace
from organisation.models import User

_CODE_SECONDS = 30  # allauth's TOTP_PERIOD; the throttle's windows begin where the codes' do


class SignInForm(LoginForm):
    """Name and password, with labels in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or mail address")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class _CountedCode(forms.Form):
    """Counts tries and refuses a code that was used, over all processes (allauth's own counters are per process)."""

    user: User

    def clean_code(self) -> str:
        if not throttle.allow("second-factor", str(self.user.pk), limit=10, seconds=600):
            raise ValidationError(_("Too many tries. Wait ten minutes."), code="too_many_login_attempts")
        code: str = super().clean_code()  # type: ignore[misc]  # allauth's form, beside which this one stands
        if not throttle.allow("second-factor-used", f"{self.user.pk} {code}", limit=1, seconds=_CODE_SECONDS):
            raise ValidationError(_("This code was used already. Wait for the next one."), code="incorrect_code")
        return code


class CodeForm(_CountedCode, AuthenticateForm):
    """The code at sign-in."""


class ConfirmCodeForm(_CountedCode, ReauthenticateForm):
    """The code before something about the account changes."""


class PasskeyForm(AddWebAuthnForm):
    """Add a passkey or security key, with labels in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["name"] = _("My key")
        self.fields["name"].label = _("What do you call it?")
        self.fields["passwordless"].label = _("Let me sign in by it alone")
        self.fields["passwordless"].help_text = _("Then it asks for a PIN, a finger or a face instead of the password.")


class ResetForm(ResetPasswordForm):
    """Asks for a letter to set a new password; the answer is the same, and takes as long, for every address."""

    def save(self, request: HttpRequest, **details: Any) -> str:
        email: str = self.cleaned_data["email"]
        with pace.at_least(seconds=0.3):
            if throttle.allow("password-reset", email.lower(), limit=3, seconds=3600):
                super().save(request, **details)
        return email


class ActivateApp(ActivateTOTPView):
    """Add an authenticator app."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        return _added(self.request, "totp", super().form_valid(form))


class AddPasskey(AddWebAuthnView):
    """Add a passkey or security key."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        return _added(self.request, "webauthn", super().form_valid(form))


class DeactivateApp(DeactivateTOTPView):
    """Take the authenticator app away."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        return _recorded(self.request, "second_factor_removed", "totp", super().form_valid(form))


class RemovePasskey(RemoveWebAuthnView):
    """Take a passkey or security key away."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        return _recorded(self.request, "second_factor_removed", "webauthn", super().form_valid(form))


class NewRecoveryCodes(GenerateRecoveryCodesView):
    """Replace the recovery codes."""

    @transaction.atomic
    def form_valid(self, form: forms.Form) -> HttpResponse:
        return _recorded(self.request, "recovery_codes_replaced", "", super().form_valid(form))


def _added(request: HttpRequest, kind: str, response: HttpResponse) -> HttpResponse:
    if not isinstance(request.user, User):
        raise TypeError("only staff add second factors")
    request.session[doors.SECOND_FACTOR] = request.user.pk
    return _recorded(request, "second_factor_added", kind, response)


def _recorded(request: HttpRequest, deed: str, kind: str, response: HttpResponse) -> HttpResponse:
    if not isinstance(request.user, User):
        raise TypeError("only staff change second factors")
    audit.record(actor=request.user, action=f"organisation.{deed}", subject=request.user, reason=kind, at=clock.now())
    return response


def remove_all(user: User) -> list[str]:
    """Take every second factor from a person who lost them; return the kinds."""
    factors = Authenticator.objects.filter(user=user)
    kinds = sorted(factors.values_list("type", flat=True))
    factors.delete()
    return kinds
