"""Staff sign-in, and what takes the place of Wagtail's own views. Stands before Wagtail's urls.

Of allauth's addresses only those that staff need are routed: no sign-up, no changing of the mail address, no codes
by mail.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView
from wagtail.admin.auth import require_admin_access

from organisation import factors, views

_second_factor: list[URLPattern | URLResolver] = [
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", factors.ActivateApp.as_view(), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", factors.DeactivateApp.as_view(), name="mfa_deactivate_totp"),
    path("2fa/recovery-codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("2fa/recovery-codes/generate/", factors.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
    path("2fa/recovery-codes/download/", recovery_codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("2fa/webauthn/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", factors.AddPasskey.as_view(), name="mfa_add_webauthn"),
    path("2fa/webauthn/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("2fa/webauthn/reauthenticate/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", factors.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]

_account: list[URLPattern | URLResolver] = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", RedirectView.as_view(pattern_name="account_reset_password"), name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("enrol/done/", views.enrol_done, name="organisation_enrol_done"),
    path("enrol/<str:token>/", views.enrol, name="organisation_enrol"),
    *_second_factor,
]

_to_sign_in = RedirectView.as_view(pattern_name="account_login", query_string=True)
_to_reset = RedirectView.as_view(pattern_name="account_reset_password")

urlpatterns: list[URLPattern | URLResolver] = [
    # Wagtail's own would open a session without the second factor.
    path("login/", _to_sign_in, name="organisation_login"),
    re_path(r"^password_reset/(?:.*/)?$", _to_reset, name="organisation_reset"),
    # Wagtail's own would change people past roles and audit trail; the last three are of no use here.
    re_path(
        r"^(?:users|groups|bulk/organisation|bulk/auth|workflows|failwhale|test404)/(?:.*/)?$",
        views.closed,
        name="organisation_closed",
    ),
    path("account/", require_admin_access(views.Preferences.as_view()), name="organisation_preferences"),
    path("account/", include(_account)),
]
