"""Where everything is."""

from django.contrib import admin
from django.urls import path, re_path

from backend.accounts import avatars
from backend.accounts.admin import change_own_password
from backend.chat import files
from backend.transport import media, pages
from backend.transport.views import GraphQLView, healthz, readyz
from chat_schema.schema import schema

# In the form of GraphQL, as all else that is refused.
handler400 = "backend.transport.views.bad_request"
handler500 = "backend.transport.views.server_error"

urlpatterns = [
    path("graphql", GraphQLView.as_view(schema=schema, multipart_uploads_enabled=True), name="graphql"),
    path(f"{avatars.PATH}<path:name>", media.avatar),
    re_path(rf"^{files.PATH}(?P<key>[0-9a-f]{{32}})/[^/]+\Z", media.attachment),
    path("admin/password_change/", admin.site.admin_view(change_own_password)),  # instead of the site's own
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("readyz", readyz),
    re_path("", pages.chat),  # all the rest
]
