"""All settings, read from the environment by cmo_portal.environment. Nothing here knows a machine or a secret."""

import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from cmo_portal import environment as env
from cmo_portal import logs

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.flag("DEBUG")
DEMO_MODE = env.flag("DEMO_MODE")
SECRET_KEY = env.text("SECRET_KEY")
if len(SECRET_KEY) < 40 or SECRET_KEY.startswith("django-insecure"):
    raise ImproperlyConfigured("SECRET_KEY must be a secret of at least 40 characters.")
FIELD_KEYS = env.keyring("FIELD_KEYS")
BLIND_INDEX_KEY = env.key_bytes("BLIND_INDEX_KEY")
SIGNING_SEED = env.key_bytes("SIGNING_SEED")
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [BASE_URL]
TESTING = "pytest" in sys.modules

# --- The society: everything a second society would change ----------------------------------------------------------
SOCIETY = {
    "name": env.text("SOCIETY_NAME", "Sur Sangam Music Rights Society"),
    "name_ur": env.text("SOCIETY_NAME_UR", "سُر سنگم میوزک رائٹس سوسائٹی"),
    "short_name": env.text("SOCIETY_SHORT_NAME", "Sur Sangam"),
    "short_name_ur": env.text("SOCIETY_SHORT_NAME_UR", "سُر سنگم"),
    "logo": env.text("SOCIETY_LOGO", ""),  # below the static files
    "brand": env.text("SOCIETY_BRAND", ""),  # #RRGGBB; empty keeps the design's own green
    "brand_dark": env.text("SOCIETY_BRAND_DARK", ""),
    "cisac_code": env.text("SOCIETY_CISAC_CODE", "362"),
    "territory": env.text("SOCIETY_TERRITORY", "0586"),
    "territory_name": env.text("SOCIETY_TERRITORY_NAME", "Pakistan"),
    "territory_name_ur": env.text("SOCIETY_TERRITORY_NAME_UR", "پاکستان"),
    "email": env.text("SOCIETY_EMAIL", "help@society.example"),
    "telephone": env.text("SOCIETY_TELEPHONE", "+92 21 0000 0000"),
    "address": env.text("SOCIETY_ADDRESS", "Karachi, Pakistan"),
    "address_ur": env.text("SOCIETY_ADDRESS_UR", "کراچی، پاکستان"),
}
CURRENCY: Any = {
    "code": env.text("CURRENCY", "PKR"),
    "decimals": int(env.text("CURRENCY_DECIMALS", "2")),
    "symbol": env.text("CURRENCY_SYMBOL", "Rs"),
}
MONEY_GROUPING = env.text("MONEY_GROUPING", "western")
FISCAL_YEAR_START_MONTH = int(env.text("FISCAL_YEAR_START_MONTH", "7"))
RELEASE = "0.1.0"
# No licence and no invoice rests on a tariff that was not filed and published, unless the society's lawyer says it may.
LICENSING_REQUIRE_PUBLISHED_TARIFF = not env.flag("LICENSING_ALLOW_UNPUBLISHED_TARIFFS")
LICENSING_QUOTE_DAYS = int(env.text("LICENSING_QUOTE_DAYS", "30"))
LICENSING_PAYMENT_DAYS = int(env.text("LICENSING_PAYMENT_DAYS", "30"))
LICENSING_CHECKS_PER_MINUTE = int(env.text("LICENSING_CHECKS_PER_MINUTE", "30"))
NUMBER_ANSWER_DAYS = int(env.text("NUMBER_ANSWER_DAYS", "30"))  # an ISWC or IPI agency's answer is late after these

# --- Applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "cmo_portal.apps.PortalConfig",
    "cmo_portal.accounts",
    "cmo_portal.audit",
    "cmo_portal.jobs",
    "members",
    "works",
    "licensing",
    "royalties",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "pgtrigger",
    "pghistory",
    "csp",
    "health_check",
]
MIDDLEWARE = [
    "cmo_portal.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "cmo_portal.middleware.NoStoreMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cmo_portal.accounts.middleware.AudienceMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "cmo_portal.middleware.NulMiddleware",
]
ROOT_URLCONF = "cmo_portal.urls"
WSGI_APPLICATION = "cmo_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cmo_portal.context.society",
            ],
            "builtins": ["cmo_portal.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "cmo_portal.forms.PortalRenderer"

# --- Data -----------------------------------------------------------------------------------------------------------
# The web and the workers sign in as a role that owns nothing; migrations run as the owner (see docs/operations.md).
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "dbshell", "pgtrigger"}
DATABASE_OWNER_URL = env.text("DATABASE_OWNER_URL", "")
_as_owner = bool(DATABASE_OWNER_URL) and len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS
DATABASES = {"default": env.database(DATABASE_OWNER_URL if _as_owner else env.text("DATABASE_URL"))}
DATABASE_APP_ROLE = env.text("DATABASE_APP_ROLE", "cmo_app")
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.text("CACHE_URL", REDIS_URL),
        "KEY_PREFIX": "cmo",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # sessions survive a wiped Redis
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / ".portal" / "media")))
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / ".portal" / "static")))
WHITENOISE_USE_FINDERS = TESTING
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True

# --- Language and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ur", _("Urdu"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Asia/Karachi")
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- Sign-in --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "cmo_portal.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"{SOCIETY['short_name']}: "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = SOCIETY["short_name"]
MFA_TOTP_TOLERANCE = 1  # a step of 30 seconds either way: clocks differ, and typing takes time
MFA_ADAPTER = "cmo_portal.accounts.adapters.MFAAdapter"
USERSESSIONS_TRACK_ACTIVITY = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = MEDIA_ROOT.parent / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env.text("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = env.flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = int(env.text("EMAIL_TIMEOUT", "10"))  # seconds; without a limit a silent mail server holds a page
DEFAULT_FROM_EMAIL = SOCIETY["email"]

# --- Security headers -----------------------------------------------------------------------------------------------
_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_prefix}session"
CSRF_COOKIE_NAME = f"{_prefix}csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS and not env.flag("BEHIND_TLS_PROXY")
if env.flag("BEHIND_TLS_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Jobs -----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 10, "socket_connect_timeout": 5}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "drain-outbox": {"task": "cmo_portal.jobs.tasks.drain_outbox", "schedule": 5.0},
    "reap": {"task": "cmo_portal.jobs.tasks.reap", "schedule": 10.0},
    "heartbeat": {"task": "cmo_portal.jobs.tasks.beat", "schedule": 30.0},
}
JOB_LEASE_SECONDS = int(env.text("JOB_LEASE_SECONDS", "30"))
JOB_ATTEMPTS = 3

# --- REST -----------------------------------------------------------------------------------------------------------
# What an endpoint does not open itself stays shut: no session is ever a way in.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["cmo_portal.api.reading.LimitedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cmo_portal.api.problems.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": f"{SOCIETY['name']}: works",
    "DESCRIPTION": "Search and read works, register works, follow registrations. See docs/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}
API_LARGEST_BODY = int(env.text("API_LARGEST_BODY", "65536"))  # bytes
API_CLIENT_REQUESTS_PER_MINUTE = int(env.text("API_CLIENT_REQUESTS_PER_MINUTE", "120"))
API_ADDRESS_REQUESTS_PER_MINUTE = int(env.text("API_ADDRESS_REQUESTS_PER_MINUTE", "240"))
API_REGISTRATIONS_PER_HOUR = int(env.text("API_REGISTRATIONS_PER_HOUR", "600"))

# --- Records of running ---------------------------------------------------------------------------------------------
LOGGING = logs.configuration(env.text("LOG_LEVEL", "INFO"))
SILENCED_SYSTEM_CHECKS: list[str] = []
UPLOAD_LIMIT = int(env.text("UPLOAD_LIMIT", "50000000"))  # bytes of one uploaded file
DISPUTE_DAYS = int(env.text("DISPUTE_DAYS", "60"))  # for evidence, while the society has no rule on disputes in force
DISPUTE_EXTENSION_DAYS = int(env.text("DISPUTE_EXTENSION_DAYS", "60"))  # that can be added to them, while there is none
SWEEP_HOUR = int(env.text("SWEEP_HOUR", "2"))  # of the day: from then on, works that are new or changed are compared
CLAIMS_WAITING = int(env.text("CLAIMS_WAITING", "20"))  # claims of one member that may wait for the desk at once
# A named fault point of the code may misbehave under test (cmo_portal.common.faults); production refuses it.
CMO_FAULT = env.text("CMO_FAULT", "")
