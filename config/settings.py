"""Liferaft's settings, one file for demo, test and production, read strictly from the environment (docs/settings.md)."""

import zoneinfo
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config import environment, logs, mail_services, policies

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
LIFERAFT_ENV = environment.choice("LIFERAFT_ENV", {"demo", "test", "production"})
IS_DEMO = LIFERAFT_ENV == "demo"
IS_PRODUCTION = LIFERAFT_ENV == "production"
VAR = environment.folder("LIFERAFT_VAR")

# Secrets
SECRET_KEY = environment.text("SECRET_KEY")
SEALING_KEYS = environment.keyring("SEALING_KEYS")
LOOKUP_KEY = environment.key("LOOKUP_KEY")

# Where we are
SITE_URL = environment.url("SITE_URL", {"http", "https"})
IS_HTTPS = SITE_URL.startswith("https://")
if IS_PRODUCTION and not IS_HTTPS:
    raise ImproperlyConfigured("SITE_URL must start with https:// when LIFERAFT_ENV is production.")
_HOST = urlsplit(SITE_URL)
ALLOWED_HOSTS = [str(_HOST.hostname), *environment.names("ALLOWED_HOSTS", ",")]
if not IS_PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "testserver"]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
WAGTAILADMIN_BASE_URL = SITE_URL
DEBUG = False

# Outside world
STRIPE_SECRET_KEY = environment.text("STRIPE_SECRET_KEY")
STRIPE_WEBHOOK_SECRETS = environment.names("STRIPE_WEBHOOK_SECRET", environment.text("STRIPE_WEBHOOK_SECRETS", ","))
if not STRIPE_WEBHOOK_SECRETS:
    raise ImproperlyConfigured("STRIPE_WEBHOOK_SECRET is not set. See .env.example and docs/settings.md.")
STRIPE_API_URL = environment.url("STRIPE_API_URL", {"http", "https"}, "")
STRIPE_LIVEMODE = "_live_" in STRIPE_SECRET_KEY
STRIPE_HANDLERS = "config.stripe_handlers.HANDLERS"
# What a card usually costs: for who covers it (donations/offers.py). Stripe's list price in the United States
# (stripe.com/pricing, November 2026); non-profits may ask Stripe for less.
CARD_FEE_PERCENT = environment.decimal("CARD_FEE_PERCENT", "2.9", most=20)
CARD_FEE_FIXED = environment.decimal("CARD_FEE_FIXED", "0.30", most=1000)
# Against card testers (donations/card_testing.py)
CHECKOUTS_PER_HOUR = environment.integer("CHECKOUTS_PER_HOUR", 600, least=10, most=1_000_000)
# Against a flood of applications (aid/crowding.py)
APPLICATIONS_PER_HOUR = environment.integer("APPLICATIONS_PER_HOUR", 600, least=10, most=1_000_000)
# Against a flood of made-up readers (cms/readers/crowding.py)
SIGN_UPS_PER_HOUR = environment.integer("SIGN_UPS_PER_HOUR", 300, least=10, most=1_000_000)
SIGN_UP_PROOF = environment.choice("SIGN_UP_PROOF", {"auto", "always"}, "auto")
# Which events of the audit trail are closed to whom (organisation/audit.py)
AUDIT_CLOSED = "aid.trail.closed_to"
# Files that workers add (aid/attaching.py), and the virus scanner that looks at them, if there is one
ATTACHMENT_MEGABYTES = environment.integer("ATTACHMENT_MEGABYTES", 10, least=1, most=100)
ATTACHMENTS_PER_CASE = environment.integer("ATTACHMENTS_PER_CASE", 6, least=1, most=100)
ATTACHMENTS_PER_HOUR = environment.integer("ATTACHMENTS_PER_HOUR", 300, least=10, most=1_000_000)
CLAMD_URL = environment.url("CLAMD_URL", {"unix", "tcp"}, "")
SANDBOX_URL = environment.url("SANDBOX_URL", {"http", "https"}, "")
EMAIL_URL = environment.url("EMAIL_URL", {"smtp", "smtps", "smtp+starttls"})
MAIL_FROM = environment.mailbox("MAIL_FROM")
# Letters to many a minute, in all and to each mail domain (mail/pacing.py); 0 is no limit
MAIL_PER_MINUTE = environment.integer("MAIL_PER_MINUTE", 0, least=0, most=1_000_000)
MAIL_PER_DOMAIN_PER_MINUTE = environment.integer("MAIL_PER_DOMAIN_PER_MINUTE", 0, least=0, most=1_000_000)
# Signed here only where the relay does not sign (mail/dkim_signing.py)
DKIM_KEY_FILE = environment.text("DKIM_KEY_FILE", "")
DKIM_SELECTOR = environment.text("DKIM_SELECTOR", "liferaft" if not DKIM_KEY_FILE else None)
DKIM_DOMAIN = environment.text("DKIM_DOMAIN", parseaddr(MAIL_FROM)[1].rpartition("@")[2])
# Where bounces go and how we hear of them (mail/bounce_mailbox.py, mail/webhooks.py)
MAIL_BOUNCES = environment.return_path("MAIL_BOUNCES")
BOUNCE_MAILBOX_URL = environment.url("BOUNCE_MAILBOX_URL", {"imaps"} if IS_PRODUCTION else {"imaps", "imap"}, "")
MAIL_WEBHOOK = mail_services.webhook(
    environment.choice("MAIL_WEBHOOK_SERVICE", mail_services.NAMES, ""),
    secrets=environment.names("MAIL_WEBHOOK_SECRET", ","),
    key=environment.text("MAIL_WEBHOOK_KEY", ""),
    site_url=SITE_URL,
)
CLOCK_FILE = environment.text("CLOCK_FILE", "")
if CLOCK_FILE and (IS_PRODUCTION or STRIPE_LIVEMODE):
    raise ImproperlyConfigured("CLOCK_FILE moves the time and is for the demo only.")
if IS_DEMO and STRIPE_LIVEMODE:
    raise ImproperlyConfigured("STRIPE_SECRET_KEY is a live key, but LIFERAFT_ENV is demo. Set it to production.")

INSTALLED_APPS = [
    "config",
    "cms",
    "donations",
    "aid",
    "stripe_gateway",
    "ledger",
    "mail",
    "organisation",
    "django_q",
    "pgtrigger",
    "csp",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.users",
    "wagtail.sites",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "config.machines.Machines",
    "cms.page_cache.PageCache",
    "organisation.headers.ClientAddress",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "organisation.headers.DeskPolicy",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "cms.old_addresses.OldAddresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "organisation.posts.ShortPosts",
    "organisation.gate.Gate",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "organisation.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database
_DATABASE = environment.url("DATABASE_URL", {"postgres", "postgresql"})
DATABASES = {"default": environment.database(_DATABASE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Two caches: pages in each process's own memory, counters and versions shared by all processes.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
    "shared": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "config_shared_cache",
        # Counting up writes a row anew with this life, so it must outlive every span that is counted in.
        "TIMEOUT": 2 * 24 * 60 * 60,
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}
if environment.text("Q_BROKER_URL", ""):
    CACHES["shared"] = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": environment.url("Q_BROKER_URL", {"redis", "rediss"}),
    }

# Background work (docs/architecture.md, "Work in the background")
Q_CLUSTER = {
    "name": "liferaft",
    "workers": environment.integer("Q_WORKERS", 2, least=1, most=64),
    "timeout": 120,
    "retry": 180,
    "max_attempts": 3,
    # What failed is found again in its row by the sweep; the queue's own retries would only repeat a nudge.
    "ack_failures": True,
    "catch_up": False,
    "save_limit": 200,
    "guard_cycle": 2,
    "poll": 0.5,
    "label": "Background work",
    "cache": "shared",
}
if environment.text("Q_BROKER_URL", ""):
    Q_CLUSTER["redis"] = environment.url("Q_BROKER_URL", {"redis", "rediss"})
else:
    Q_CLUSTER["orm"] = "default"

# People and sessions
AUTH_USER_MODEL = "organisation.User"
AUTHENTICATION_BACKENDS = [
    "organisation.doors.StaffBackend",
    "organisation.roles.RoleBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Cookies ignore ports: the name carries the instance, so that two copies do not log each other out.
_INSTANCE = "" if IS_HTTPS else f"_{_HOST.port or 80}"
_PREFIX = "__Host-" if IS_HTTPS else ""
SESSION_COOKIE_NAME = f"{_PREFIX}liferaft_session{_INSTANCE}"
CSRF_COOKIE_NAME = f"{_PREFIX}liferaft_csrf{_INSTANCE}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_ENGINE = "organisation.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60

# Headers
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if IS_PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = environment.integer("TRUSTED_PROXIES", 1 if IS_PRODUCTION else 0, least=0, most=9)
X_FRAME_OPTIONS = "SAMEORIGIN"
_STRIPE_PAGES = (
    [address for address in (STRIPE_API_URL, SANDBOX_URL) if address]
    if STRIPE_API_URL
    else ["https://checkout.stripe.com", "https://billing.stripe.com"]
)
CONTENT_SECURITY_POLICY = policies.content_security(form_targets=_STRIPE_PAGES)
PERMISSIONS_POLICY = policies.PERMISSIONS

# Languages: the address alone decides ("/" English, "/es/…" Spanish)
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LIFERAFT_ENV == "test"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # What no address reaches: receipts, attachments.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": VAR / "private", "base_url": None, "file_permissions_mode": 0o600},
    },
}
WHITENOISE_USE_FINDERS = LIFERAFT_ENV == "test"

# Letters: everything goes through the outbox
EMAIL_BACKEND = "mail.backend.OutboxBackend"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM

# Staff sign-in: allauth, with a second factor (organisation/doors.py, organisation/gate.py)
SECOND_FACTOR_REQUIRED = not IS_DEMO
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_ADAPTER = "organisation.doors.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_FORMS = {"login": "organisation.factors.SignInForm", "reset_password": "organisation.factors.ResetForm"}
# Failed sign-ins are counted in organisation/doors.py, by network and name, over all processes.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
# There is no sign-up by which a stranger could claim another's address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_ADAPTER = "organisation.doors.FactorAdapter"
MFA_FORMS = {
    "authenticate": "organisation.factors.CodeForm",
    "reauthenticate": "organisation.factors.ConfirmCodeForm",
    "add_webauthn": "organisation.factors.PasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAIL_FRONTEND_LOGIN_URL = "/staff/account/login/"

# Wagtail
WAGTAIL_SITE_NAME = "Liferaft"
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# Whoever may edit may publish. Only the newsletter's archive has a workflow: an issue is sent by two people
# (cms/migrations/0007). Publishing its page neither sends it nor ends the asking, and agreeing publishes nothing yet.
WAGTAIL_WORKFLOW_ENABLED = True
WAGTAIL_WORKFLOW_CANCEL_ON_PUBLISH = False
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.finishing.leave_as_it_is"
# What Wagtail's buttons of that workflow do (cms/models/workflow.py)
SECOND_PERSON = "cms.sending.two_people"
# Who asks other sites and name servers before an issue is sent (cms/sending/preflight/)
LINK_FETCHER = "cms.sending.preflight.fetching.fetch"
DNS_RESOLVER = "cms.sending.preflight.resolving.texts"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
# What the system calls "localtime" is no zone that a browser knows.
WAGTAIL_USER_TIME_ZONES = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
WAGTAILADMIN_PERMITTED_LANGUAGES = [("en", "English"), ("es", "Español")]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif"]
WAGTAILDOCS_EXTENSIONS = ["pdf", "txt", "csv", "ics", "odt", "ods", "odp", "docx", "xlsx", "pptx", "epub"]
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []

# Logs go to standard error; requests' bodies and the keys of links never do (config/logs.py).
LOGGING = logs.LOGGING
