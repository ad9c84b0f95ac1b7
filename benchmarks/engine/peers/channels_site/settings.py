"""As for production: no debugging, Redis with either channel layer, PostgreSQL, and what may be tuned if asked for."""

import os

import dj_database_url

DEBUG = False
SECRET_KEY = "for benchmarks"
ALLOWED_HOSTS = ["*"]
USE_TZ = True

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "channels",
    "benchmarks.engine.peers.channels_site",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "benchmarks.engine.peers.channels_site.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# What Django and strawberry advise, and do not do by themselves: a pool of connections, for under ASGI every request is
# a thread of its own and so a connection, and caches of parsed and validated documents.
TUNED = bool(os.environ.get("TUNED"))

# Without a database, events can be followed and nothing can be written.
DATABASES = {}
if _url := os.environ.get("DATABASE_URL"):
    _options = {"OPTIONS": {"pool": True}} if TUNED else {}
    DATABASES["default"] = {**dj_database_url.parse(_url), **_options}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": os.environ.get("CHANNEL_LAYER", "channels_redis.pubsub.RedisPubSubChannelLayer"),
        # The core layer reads for as long as redis-py's own timeout: who is idle would lose the connection.
        "CONFIG": {"hosts": [{"address": os.environ.get("REDIS_URL", ""), "socket_timeout": 15}]},
    }
}
