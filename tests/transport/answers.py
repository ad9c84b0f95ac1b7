"""What is asked over HTTP in these tests, and what an answer says."""

import httpx

WHO = "{ viewer { user { username } } }"
# Needs somebody to be logged in, and changes nothing else.
MUTATION = 'mutation { leaveRoom(input: { room: "x" }) { __typename } }'
JSON = "application/json"
RESPONSE = "application/graphql-response+json"


def error(response: httpx.Response, media_type: str = JSON) -> dict[str, object]:
    """The only error of a JSON answer that holds nothing else."""
    assert response.headers["Content-Type"] == media_type, response.text
    body = response.json()
    assert body.keys() == {"errors"}
    [only] = body["errors"]
    assert only["message"]
    found: dict[str, object] = only
    return found


def code(response: httpx.Response) -> object:
    extensions = error(response)["extensions"]
    assert isinstance(extensions, dict)
    return extensions["code"]


def username(response: httpx.Response) -> str | None:
    viewer = response.json()["data"]["viewer"]
    return viewer["user"]["username"] if viewer else None
