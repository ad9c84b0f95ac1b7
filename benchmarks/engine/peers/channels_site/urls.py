"""GraphQL over HTTP, in strawberry's own view for asynchronous Django."""

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from strawberry.django.views import AsyncGraphQLView

from benchmarks.engine.peers.channels_site.schema import schema

urlpatterns = [path("graphql", csrf_exempt(AsyncGraphQLView.as_view(schema=schema)))]
