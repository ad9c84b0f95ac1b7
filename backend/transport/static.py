"""Files of the front end's build, and of Django's own pages."""

from django.conf import settings
from servestatic.middleware import ServeStaticMiddleware


class Static(ServeStaticMiddleware):  # type: ignore[misc]  # it has no types
    """What the build has named by its contents may be kept for ever. (The middleware only knows names of Django's.)"""

    def immutable_file_test(self, path: str, url: str) -> bool:
        return url.startswith(f"{settings.STATIC_URL}{settings.FRONTEND_HASHED}/") or super().immutable_file_test(
            path, url
        )
