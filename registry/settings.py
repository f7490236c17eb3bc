"""All settings, from the environment. Every default is safe; `make help` lists the variables."""

from datetime import time, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF

from registry import environment, languages, logs

django_stubs_ext.monkeypatch()  # generic classes of Django, as the annotations write them

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.folder("VAR_DIR", BASE_DIR / "var")
SECRET_KEY = environment.secret_key("SECRET_KEY", VAR_DIR)
DEBUG = False

# Where people and apps reach the registry. What cookies and TLS need follows from it.
HOST = environment.text("HOST", "127.0.0.1")
PORT = environment.number("PORT", 8000, low=1, high=65_535)
PUBLIC_URL = environment.public_url("PUBLIC_URL", f"http://{HOST}:{PORT}")
_public = urlsplit(PUBLIC_URL)
_over_tls = _public.scheme == "https"
ALLOWED_HOSTS = [_public.hostname, *environment.text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "accounts.onboarding.expired.form_expired"
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _over_tls else None
SECURE_HSTS_SECONDS = 31_536_000 if _over_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _over_tls
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600  # seconds: a working day
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}

# The rules that a deployment may set otherwise.
DEPLOYMENT = environment.text("DEPLOYMENT", "test", one_of=("live", "test"))
REGISTRY_NAME = environment.text("REGISTRY_NAME", "Verified Business Registry")
UNDO_WINDOW = environment.seconds("UNDO_WINDOW", 300)  # between a decision and its effect
COOL_DOWN = environment.days("COOL_DOWN_DAYS", 30)  # after a decline
LAPSE_AFTER = environment.days("LAPSE_AFTER_DAYS", 30, low=1)  # of a draft, or of a question left alone
EVIDENCE_KEPT = environment.days("EVIDENCE_KEPT_DAYS", 90)  # after the end of its application
REPROVE_WITHIN = environment.days("REPROVE_WITHIN_DAYS", 7, low=1)  # a number, once somebody doubts it
BADGE_TERM = environment.days("BADGE_TERM_DAYS", 365, low=1)
QUALITY_SHARE = environment.number("QUALITY_SHARE", 5, high=100)  # percent of approvals, judged again blind
# What a key may ask of a machine where nothing else is set for it: docs/decisions/0020-quotas.md.
QUOTA = environment.numbers("QUOTA", REQUESTS_PER_MINUTE=6_000, NUMBERS_PER_DAY=1_000_000)
# This machine's copy of the cards: when answers call it stale, and when only the database answers any more.
CARDS_STALE_AFTER = environment.seconds("CARDS_STALE_AFTER", 10)
CARDS_GIVE_UP_AFTER = environment.seconds("CARDS_GIVE_UP_AFTER", 3600)
METRICS_TOKEN = environment.secret("METRICS_TOKEN", at_least=16)  # who sends it reads /metrics; unset: nobody
# When reviewers work, on the clock of TIME_ZONE: Monday to Friday, but not on holidays.
WORKING_HOURS = (time(9), time(17))
FIXED_HOLIDAYS = [(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)]  # Indonesia's, month and day
HOLIDAYS = environment.dates("HOLIDAYS")  # those that move, as each year's decree names them
REVIEW_WITHIN = timedelta(hours=16)  # of working time, from the submission to a decision

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
    "accounts.people",
    "accounts.audit",
    "accounts.clients",
    "accounts.messages",
    "accounts.businesses",
    "accounts.proofs",
    "accounts.pilot",
    "accounts.contacts",
    "accounts.websites",
    "accounts.suggestions",
    "accounts.badges",
    "accounts.reports",
    "accounts.verification",
    "accounts.display",
    "accounts.cardstore",
    "accounts.synthetic",
    "accounts.snapshots",
    "accounts.privacy",
    "accounts.onboarding",
    "registry",
    "registry.status",
]
MIDDLEWARE = [
    "registry.errors.DatabaseAway",
    "registry.errors.ReadableRequest",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "registry.metrics.page.Metrics",
    "registry.status.serving.StatusFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.people.middleware.LanguageOfTheStaff",
    "accounts.onboarding.signing_in.middleware.OwnersSession",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.people.middleware.SecondFactor",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "registry.urls"
WSGI_APPLICATION = "registry.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "registry" / "templates"],  # before those of Django's own admin
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": environment.database(VAR_DIR, pool_size=environment.number("DATABASE_POOL_SIZE", 8))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "admin:index"

# The staff's sign-in (accounts/people/urls.py): a username and a password, and a second factor; nobody signs up.
SIGN_IN_AGAIN_AFTER = environment.seconds("SIGN_IN_AGAIN_AFTER", 1800)  # before what can't be taken back
SIGN_IN_CODES_A_DAY = environment.number("SIGN_IN_CODES_A_DAY", 5000, low=1)  # sent to owners, in all
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0, high=9)  # that add to X-Forwarded-For
ACCOUNT_ADAPTER = "accounts.people.doors.adapter"
ACCOUNT_FORMS = {
    "login": "accounts.people.forms.SignInForm",
    "reauthenticate": "accounts.people.forms.PasswordAgainForm",
    "change_password": "accounts.people.forms.OwnPasswordForm",
}
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS = {"username"}, ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION, ACCOUNT_LOGOUT_REDIRECT_URL = "none", "account_login"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, like every session
ACCOUNT_RATE_LIMITS = False  # allauth counts in each process: accounts/people/guesses.py counts for all
ACCOUNT_REAUTHENTICATION_TIMEOUT = SIGN_IN_AGAIN_AFTER.total_seconds()
MFA_ADAPTER = "accounts.people.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.people.forms.CodeForm",
    "reauthenticate": "accounts.people.forms.CodeAgainForm",
    "activate_totp": "accounts.people.forms.AppForm",
    "add_webauthn": "accounts.people.forms.PasskeyForm",
    "login_webauthn": "accounts.people.forms.PasskeySignInForm",
    "authenticate_webauthn": "accounts.people.forms.PasskeyCodeForm",
    "reauthenticate_webauthn": "accounts.people.forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED, MFA_RATE_LIMITS = True, False
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that a phone's clock may be off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address is for notices; operators enter it

LANGUAGE_CODE = "id"
LOCALE_PATHS = [BASE_DIR / "registry" / "locale"]
LANGUAGES = languages.found_in(LOCALE_PATHS)
TIME_ZONE, USE_TZ = "Asia/Jakarta", True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect before a start
MEDIA_ROOT = environment.folder("MEDIA_ROOT", VAR_DIR / "evidence")  # never served as files
DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20  # bytes of a body, files aside: 1,000 numbers need 20 kB
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "accounts.onboarding.uploading.DropsTheTooLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.number("EMAIL_PORT", 587, low=1, high=65_535)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = environment.text("EMAIL_USER"), environment.text("EMAIL_PASSWORD")
EMAIL_USE_TLS, EMAIL_TIMEOUT = True, 10  # seconds
DEFAULT_FROM_EMAIL = environment.text("EMAIL_FROM", "registry@localhost")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"  # without a mail server, what would have been sent
# The class that hands text messages and calls over; the default prints them. Two others: accounts/messages/gateways.
SMS_SENDER = environment.text("SMS_SENDER", "accounts.messages.senders.ConsoleSender")
TWILIO = environment.texts("TWILIO", ACCOUNT_SID="", AUTH_TOKEN="", FROM="", URL="https://api.twilio.com")
SMS_GATEWAY = environment.texts("SMS_GATEWAY", URL="", CALL_URL="", TOKEN="", HEADER="Authorization", BODY="")
SNAPSHOTS_DIR = environment.folder("SNAPSHOTS_DIR", VAR_DIR / "snapshots")  # docs/snapshot.md
STATUS_DIR = environment.folder("STATUS_DIR", VAR_DIR / "status" / "public")  # the status page as files
# Seconds from one look at all parts to the next; whom it asks, with which key and number, and who gets test messages.
PROBE_EVERY = environment.number("PROBE_EVERY", 30, low=1, high=3600)
PROBE = environment.texts("PROBE", URL="", KEY="", NUMBER="", SINK="")
SNAPSHOT_KEYS_FILE = environment.text("SNAPSHOT_KEYS_FILE")  # PEM; unset: keys made and kept under VAR_DIR

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.clients.authentication.BearerKey"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.clients.authentication.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["registry.parsers.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS tells nothing that the OpenAPI document does not
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "registry.openapi.Schema",
    "EXCEPTION_HANDLER": "registry.errors.to_response",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Verified-business account registry",
    "DESCRIPTION": "Whose name, and which badge, a messenger shows for a number.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],  # choices stay where they are used
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SCHEMA_PATH_PREFIX": "/v1",
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # accounts/*/jobs.py
PROCRASTINATE_ON_APP_READY = "registry.working.on_app_ready"
LOGGING_CONFIG, LOGGING = "registry.logs.configure", logs.from_environment()
