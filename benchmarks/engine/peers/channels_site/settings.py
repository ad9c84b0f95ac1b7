"""As for production: no debugging, PostgreSQL through psycopg's pool, Redis with either channel layer."""

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

# Without a database, events can be followed and nothing can be written. The pool is what Django advises under ASGI,
# where `CONN_MAX_AGE` keeps nothing: every request is a thread of its own.
DATABASES = {}
if _url := os.environ.get("DATABASE_URL"):
    DATABASES["default"] = {**dj_database_url.parse(_url), "OPTIONS": {"pool": True}}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": os.environ.get("CHANNEL_LAYER", "channels_redis.pubsub.RedisPubSubChannelLayer"),
        # The core layer reads for as long as redis-py's own timeout: who is idle would lose the connection.
        "CONFIG": {"hosts": [{"address": os.environ.get("REDIS_URL", ""), "socket_timeout": 15}]},
    }
}
