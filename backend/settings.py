"""All settings, from the environment; every limit and timeout of the product has its name here.

With nothing set it runs by itself: SQLite, the in-memory channel layer, a secret key made on first run.
`DATABASE_URL` and `REDIS_URL` make the same code a cluster. `.env.example` lists the variables.
"""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from backend import lan
from backend.limits import Rate

BASE_DIR = Path(__file__).resolve().parent.parent
# What the product writes by itself: the database and the key. Not in the repository.
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))

DEBUG = False
VERSION = "0.1.0"

# --- Where the data is ----------------------------------------------------------------------------------------

DATABASE_URL = os.environ.get("DATABASE_URL", "")
REDIS_URL = os.environ.get("REDIS_URL", "")

# Threads that work on the database for the sockets, and calls that may wait for one of them.
DATABASE_THREADS = 8
DATABASE_QUEUE = 1000
DATABASE_GATHERED = 200  # equal questions that one of them answers at once
DATABASE_LINE = 200  # of one person's that may wait, where each has one in turn
# A PostgreSQL whose host has gone says nothing, and nobody says it for it: without these, each thread that asked it
# something would wait for a quarter of an hour, also when another has taken its address. What the URL says goes first.
DATABASE_SILENCE = 10  # seconds
_SILENCE = {
    "connect_timeout": DATABASE_SILENCE,
    "tcp_user_timeout": DATABASE_SILENCE * 1000,  # for what was sent to be received
    "keepalives_idle": DATABASE_SILENCE // 2,  # for an answer to come: then the host is asked whether it is there
    "keepalives_interval": 1,
    "keepalives_count": DATABASE_SILENCE // 2,
}
# And PostgreSQL would wait for hours for whoever of us has stopped in the middle of a transaction, with the lock of a
# room in their hands; then for the next of theirs who waits for it. It is asked to when a connection begins, which a
# PgBouncer in between does not take: with 0 it is not asked.
_pause = os.environ.get("DATABASE_PAUSE", "5")
if not re.fullmatch("[0-9]{1,4}", _pause, re.ASCII):
    raise ImproperlyConfigured("DATABASE_PAUSE must be a number of seconds, or 0.")
DATABASE_PAUSE = int(_pause)  # seconds
_PAUSE = {
    "idle_in_transaction_session_timeout": DATABASE_PAUSE * 1000,  # between two statements, for whoever is still there
    "tcp_user_timeout": DATABASE_PAUSE * 1000,
    "tcp_keepalives_idle": max(DATABASE_PAUSE - 3, 1),
    "tcp_keepalives_interval": 1,
    "tcp_keepalives_count": 3,
}


def _postgresql(url: str) -> dict[str, Any]:
    try:
        database: dict[str, Any] = {**dj_database_url.parse(url)}
    except ValueError as error:  # its own text would repeat the URL, and with it the password
        raise ImproperlyConfigured(
            "DATABASE_URL is not a URL like postgresql://user:password@host:5432/name."
        ) from error
    if database["ENGINE"] != "django.db.backends.postgresql" or not database["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL must be like postgresql://user:password@host:5432/name; leave it out for SQLite."
        )
    # Every HTTP request comes on a new thread, so connections are kept in a pool, never by thread.
    database |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}
    given = database.get("OPTIONS", {})
    pool = {"min_size": 2, "max_size": 2 * DATABASE_THREADS, "timeout": 10}
    database["OPTIONS"] = {**_SILENCE, **given, "pool": pool}
    if DATABASE_PAUSE:
        options = " ".join([*(f"-c {name}={value}" for name, value in _PAUSE.items()), given.get("options", "")])
        database["OPTIONS"]["options"] = options.rstrip()
    return database


def _make_var_dir() -> None:
    try:
        VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"VAR_DIR cannot be made at {VAR_DIR}: {error.strerror}.") from error


def _sqlite() -> dict[str, object]:
    _make_var_dir()
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": VAR_DIR / "chaikhana.sqlite3",
        "OPTIONS": {
            # A transaction that writes takes the lock when it begins: one that began by reading could be refused.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL",
        },
        "TEST": {"NAME": VAR_DIR / "test.sqlite3"},  # a file: the threads of one process share it
    }


EMBEDDED = not DATABASE_URL
DATABASES = {"default": _sqlite() if EMBEDDED else _postgresql(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _split(url: str) -> SplitResult | None:
    """None if it is no URL at all."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # only now it is looked at
    except ValueError:
        return None
    return parts


def _channel_layer() -> dict[str, object]:
    if not REDIS_URL:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    url = _split(REDIS_URL)
    if not url or not (url.path if url.scheme == "unix" else url.scheme in ("redis", "rediss") and url.hostname):
        raise ImproperlyConfigured("REDIS_URL must be like redis://host:6379/0; leave it out for one process alone.")
    # redis-py's own 5 s would end idle reads; None would wait for ever on a peer that has gone.
    host = {"address": REDIS_URL, "socket_timeout": 15, "health_check_interval": 10}
    return {"BACKEND": CHANNEL_LAYER_BACKEND, "CONFIG": {"hosts": [host]}}


# Those of channels-redis, `core` and `pubsub`, work too; pub/sub, which ours is, keeps nothing per message in Redis.
CHANNEL_LAYER_BACKEND = os.environ.get("CHANNEL_LAYER_BACKEND", "backend.pubsub_layer.PubSubChannelLayer")
CHANNEL_LAYERS = {"default": _channel_layer()}

# Files that people send: in the default storage, which all processes of a cluster have to share.
MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT") or VAR_DIR / "media")

# Threads that make pictures of what people send, and uploads that may wait for one of them.
PICTURE_THREADS = 2
PICTURE_QUEUE = 20

# --- Who may come in ------------------------------------------------------------------------------------------


def _secret_key() -> str:
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = VAR_DIR / "secret_key"
    _make_var_dir()
    try:
        if not path.exists():
            # Written first and named second, for its owner alone: of two processes that start at once, one names
            # its key, and neither reads half a key.
            with NamedTemporaryFile("w", dir=VAR_DIR) as file:
                file.write(secrets.token_urlsafe(50))
                file.flush()
                with suppress(FileExistsError):
                    os.link(file.name, path)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key cannot be kept in VAR_DIR ({error.strerror}): make room for it, or set SECRET_KEY."
        ) from error


SECRET_KEY = _secret_key()
PORT = os.environ.get("PORT", "8000")
PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")
_public = _split(PUBLIC_URL)
_public_host = _public.hostname if _public and re.fullmatch("https?://[^/?#@*]+", PUBLIC_URL) else None
if PUBLIC_URL and not _public_host:
    raise ImproperlyConfigured("PUBLIC_URL must be like https://chat.example.org, without a path.")

_hosts = [host.strip() for host in os.environ.get("ALLOWED_HOSTS", "").split(",") if host.strip()]
if "*" in _hosts:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts; * would let any web site speak for its visitors.")
# This machine itself too, whatever is named: health checks come from there.
ALLOWED_HOSTS = [*lan.LOOPBACK, *(_hosts or lan.own_hosts()), *([lan.bracketed(_public_host)] if _public_host else [])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https:")
if PUBLIC_URL.startswith("https:"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
else:
    # Browsers ignore it on plain http from another device, and complain of it on every page.
    SECURE_CROSS_ORIGIN_OPENER_POLICY = None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Of every page. Monaco and GraphiQL write style attributes, and start their workers from blobs.
CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002  # a line each
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

# --- Mail -----------------------------------------------------------------------------------------------------

# With nothing set, mail is printed where the server was started.
EMAIL_URL = os.environ.get("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM") or f"chaikhana@{_public_host or 'localhost'}"
EMAIL_TIMEOUT = 10  # seconds, for each step of the conversation with the mail server
MAIL_QUEUE = 100  # requests for a mail that may wait while another is sent

EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_URL else 'console'}.EmailBackend"
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
if EMAIL_URL:
    _mail = _split(EMAIL_URL)
    if not _mail or _mail.scheme not in _MAIL_PORTS or not _mail.hostname or _mail.path.strip("/"):
        raise ImproperlyConfigured(
            "EMAIL_URL must be like smtp+tls://user:password@host:587; leave it out to have mail printed."
        )
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or _MAIL_PORTS[_mail.scheme]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.scheme == "smtp+tls", _mail.scheme == "smtps"

# --- The parts ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "backend",
    "backend.accounts",
    "backend.chat",
    "backend.presence",
]
MIDDLEWARE = [
    "backend.transport.policy.content_security_policy",
    "backend.transport.middleware.Security",
    "backend.transport.static.Static",
    "backend.transport.middleware.Session",
    "backend.transport.middleware.Common",
    "backend.transport.middleware.Csrf",
    "backend.transport.middleware.Authentication",
    "backend.accounts.staff_language.speak",
    "backend.transport.middleware.Messages",
    "backend.transport.middleware.FrameOptions",
]
# They look for Django's own by name, and these are those.
SILENCED_SYSTEM_CHECKS = ["security.W001", "security.W002", "security.W003"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "backend" / "templates"],  # before those of the apps: these stand around Django's own
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
ROOT_URLCONF = "backend.urls"
ASGI_APPLICATION = "backend.asgi.application"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"  # of the code, and of whoever asks for none of these
LANGUAGES = [("en", "English"), ("fa", "فارسی"), ("ru", "Русский"), ("ka", "ქართული")]

FRONTEND_DIST = BASE_DIR / "frontend" / "dist"
FRONTEND_HASHED = "assets"  # the folder in it where each name has a hash of what is inside
STATIC_URL = "/static/"
STATICFILES_DIRS = [FRONTEND_DIST] if FRONTEND_DIST.is_dir() else []
SERVESTATIC_USE_FINDERS = True  # served from where they are: nothing to collect before the first start
SERVESTATIC_MIMETYPES = {".webmanifest": "application/manifest+json"}  # which it does not know

LOG_LEVEL = os.environ.get("LOG_LEVEL", "").upper()
if LOG_LEVEL not in ("", "DEBUG", "INFO", "WARNING", "ERROR"):
    raise ImproperlyConfigured("LOG_LEVEL must be DEBUG, INFO, WARNING or ERROR.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL or "WARNING"},
    "loggers": {
        "backend": {"level": LOG_LEVEL or "INFO"},
        "psycopg.pool": {"level": "ERROR"},  # each failed attempt; whoever waited for it gets an error
    },
}

# --- Limits of what people write ------------------------------------------------------------------------------

USERNAME_MAX_LENGTH = 32  # characters
DISPLAY_NAME_MAX_LENGTH = 64
EMAIL_MAX_LENGTH = 254
BIO_MAX_LENGTH = 500
PASSWORD_MAX_LENGTH = 256  # hashing is slow on purpose: a megabyte of password would keep a thread busy
TOKEN_NAME_MAX_LENGTH = 64
TOKENS_PER_USER = 50
BLOCKED_PER_USER = 100
ADDRESS_MAX_LENGTH = 64
TOPIC_MAX_LENGTH = 256
MESSAGE_MAX_LENGTH = 4000
KEY_MAX_LENGTH = 64
MENTIONS_PER_MESSAGE = 10
EMOJI_MAX_LENGTH = 16  # characters: one that is seen can be made of many
EMOJI_PER_MESSAGE = 10
INVITATIONS_PER_ROOM = 50  # that are good at one time
INVITATIONS_SHOWN = 50  # of those to one person, who cannot help how many there are
REACTING_USERS = 3  # that are shown, if nobody says how many
SEARCH_MAX_LENGTH = 200
SEARCH_MAX_WORDS = 16
SEARCH_WORD_LENGTH = 64  # characters of a word that count
STEM_CACHE_SIZE = 10_000  # words whose stems are remembered
PAGE_SIZE = 50
PAGE_MAX_SIZE = 100
EVENT_PAGE_SIZE = 100
EVENT_PAGE_MAX_SIZE = 200
NODES_MAX = 100  # ids in one `nodes(ids:)`
PASSWORD_RESET_TIMEOUT = 3600  # seconds for which the link in a mail is good
MAILS_PER_RESET = 10  # accounts with one address that get one

# How often one person, or for what needs no login one network address, may do a thing.
RATE_KEYS = 100_000
RATES = {
    "register": Rate(burst=10, per_second=1 / 30),
    "log in": Rate(burst=10, per_second=1 / 6),  # one name, from one address
    "reset": Rate(burst=10, per_second=1 / 30),
    "mail": Rate(burst=3, per_second=1 / 600),  # one address for mail, whoever asks
    "profile": Rate(burst=20, per_second=1 / 3),
    "enter": Rate(burst=60, per_second=2),
    "moderate": Rate(burst=60, per_second=2),
    "invite": Rate(burst=30, per_second=1 / 2),
    "block": Rate(burst=30, per_second=1 / 2),
    "read": Rate(burst=100, per_second=10),
    "search": Rate(burst=30, per_second=3),
    "react": Rate(burst=60, per_second=5),
    "send": Rate(burst=200, per_second=20),
    "upload": Rate(burst=30, per_second=1 / 10),
    "typing": Rate(burst=60, per_second=2),
    "whisper": Rate(burst=60, per_second=5),
}

# --- Limits of the trail --------------------------------------------------------------------------------------

LOG_IN_DAYS = 90  # for which it is kept who logged in, or tried to
LOG_INS_MAX = 1_000_000

# --- Limits of the panel --------------------------------------------------------------------------------------

PANEL_PAGE_SIZE = 50  # rows of a page, and of what one action is done to
PANEL_ROWS_MAX = 10_000  # rows of a list that are counted, and can be paged to
PANEL_INLINE_SIZE = 20  # rows of each kind on the page of what they belong to: the newest
PANEL_ENTRIES_MAX = 100_000  # of what was done there, the newest

# --- Limits of what is of the moment --------------------------------------------------------------------------

TYPING_SECONDS = 6  # for which somebody is typing who said so
TYPING_INTERVAL = 1.0  # seconds between two frames that tell who is typing in a room
TYPING_SHOWN = 20  # people who type in a room at one time
LOBBY_INTERVAL = 1.0  # seconds between two events that tell of one room in the lobby
LOBBY_ROOMS_AT_ONCE = 20  # rooms of which it tells then; others wait for the next time
LOBBY_BACKLOG = 1000  # that may wait
LOBBY_CAUGHT_UP_INTERVAL = 30.0  # seconds between two times that it gives up telling of each of too many
LOBBY_SWEEP_INTERVAL = 5.0  # until a change is told of which nobody hinted at

# --- Limits of a GraphQL document -----------------------------------------------------------------------------

DOCUMENT_MAX_TOKENS = 1000
DOCUMENT_MAX_DEPTH = 20  # introspection, as GraphiQL asks for it, has 13
DOCUMENT_MAX_ALIASES = 100
DOCUMENT_MAX_ROOT_FIELDS = 20
DOCUMENT_MAX_OVERLAPS = 4000  # pairs of fields under one name, each of which validation compares
DOCUMENT_MAX_COST = 15_000  # fields, times the lengths of the lists around them
DOCUMENT_SEARCH_COST = 750  # a search counts for so many fields
DOCUMENT_CACHE_SIZE = 512  # parsed and validated documents, by text
DOCUMENT_CACHED_LENGTH = 16 * 1024  # characters; a longer one is checked each time
REQUEST_MAX_BYTES = DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# --- Limits of an upload --------------------------------------------------------------------------------------

UPLOAD_MAX_BYTES = 5 * 1024 * 1024  # of the file; REQUEST_MAX_BYTES is for what else is in the request
UPLOAD_MAX_FILES = DATA_UPLOAD_MAX_NUMBER_FILES = 1
PICTURE_MAX_PIXELS = 25_000_000  # decoded, it takes four bytes of memory for each
AVATAR_MAX_PX = 1024
ATTACHMENT_MAX_PX = 2560  # of a side: a larger picture is made smaller
ATTACHMENT_NAME_MAX_LENGTH = 100
ATTACHMENTS_PER_MESSAGE = 10
ATTACHMENTS_UNSENT = 30  # of one person: of more, the oldest go
ATTACHMENT_UNSENT_SECONDS = 24 * 3600  # after which one that was not sent goes
ATTACHMENT_SWEEP_INTERVAL = 60.0  # seconds between looking for files that nobody can have any more
ATTACHMENT_SWEEP_SIZE = 100  # files deleted at once

# --- Limits of a socket ---------------------------------------------------------------------------------------

FRAME_MAX_BYTES = 64 * 1024
FRAME_MAX_DEPTH = 64  # of its JSON
CONNECTION_INIT_TIMEOUT = 10.0  # seconds, for all of these
HANDSHAKE_TIMEOUT = 5.0
HTTP_TIMEOUT = 60
PING_INTERVAL = 45
PONG_TIMEOUT = 30
UNSENT_MAX_BYTES = 64 * 1024  # over it (the kernel's own buffers come on top) nothing is added, and
STALL_TIMEOUT = 60  # a peer that does not take all of it by then is closed
CLOSE_TIMEOUT = 1.0  # for the peer's part in a close
OPERATIONS_PER_CONNECTION = 100
INBOUND_FRAMES_WAITING = 256
CREDENTIAL_SWEEP_INTERVAL = 5.0
DRAIN_SECONDS = 5.0  # over which a stopping server closes its sockets, and for which each waits for answers under way
DRAINED_PER_SECOND = 500  # sockets that it closes if there are few: all at once, and all would come back at once

# --- Limits of what one person is told ------------------------------------------------------------------------

WATCHED_ROOMS = 100  # of a person: the most recently active ones
ACTIVITY_INTERVAL = 1.0  # seconds, between two that say the same of one room
NEWS_SWEEP_INTERVAL = 3.0  # seconds, between two looks for what was lost on the way to somebody
NEWS_PATIENCE = 1.0  # seconds, for what is under way then
WHISPER_TIMEOUT = 1.0  # seconds, for processes to say that they have handed one over
WHISPERS_KNOWN = 10_000  # by each process, so that no retry shows one again

# --- Limits of the hub ----------------------------------------------------------------------------------------

HUB: dict[str, Any] = {
    "ring_bytes": 256 * 1024,  # recent events kept for each topic in use
    "page_size": 200,  # events read from the log at once
    "batch_size": 64,  # frames handed to a socket before others get a turn, and
    "batch_bytes": 64 * 1024,  # what they hold, if there are several
    "ahead_bytes": 256 * 1024,  # of a page, kept for a subscriber who is slow to take it
    "hole_patience": 0.02,
    "sweep_interval": 3.0,
    "fast_sweep_interval": 0.5,  # while the channel layer is down, or a topic is new
    "beat_interval": 2.0,
    "beat_timeout": 5.0,
    "rejoin_interval": 3600.0,  # a membership of a Redis group expires after a day
    "linger": 30.0,  # a topic is kept this long after its last subscriber
    "retry_min": 0.05,
    "retry_max": 2.0,
    "outbox_size": 10_000,  # hints waiting to be published; more are dropped, and healed by the sweep
    "inbox_size": 10_000,
    "live_size": 32,  # what is in no log, and not shown to a slow subscriber yet; beyond it is told that it missed some
    "publish_timeout": 0.5,
}

# --- Limits of presence ---------------------------------------------------------------------------------------

PRESENCE_LEASE = 9.0  # seconds; a process that does not renew its lease in time counts as dead
PRESENCE_GRACE = 3.0  # for which nobody has left whose socket was closed: they may be reloading a page
ROSTER_NAMES_MAX = 100  # people that a change names
PRESENCE: dict[str, Any] = {
    "renew_interval": 2.0,  # how often a process does so, looks for dead ones, and for changes that it was not told of
    "flush_interval": 0.5 if EMBEDDED else 0.25,  # between two transactions that write who came and went
    "flush_size": 1000,  # people in one of them
    "patience": 5.0,  # for what should be known or written before a stream begins
    "roster_interval": 0.25,  # between two looks at who is in one room
    "roster_max": 5000,  # people of a room that are remembered; of a crowd, only how many they are
    "crowd_interval": 5.0,  # between two looks at that
}
