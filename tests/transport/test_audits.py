"""GraphQL over HTTP, by those who wrote it down: the audits of npm's `graphql-http`, every one of them."""

import json
import subprocess
from pathlib import Path

from tests.services.server import ServerProcess

FRONTEND = Path(__file__).parents[2] / "frontend"


def test_the_server_passes_all_audits_of_graphql_over_http(server: ServerProcess) -> None:
    """What the specification leaves open (SHOULD, MAY) too: none of it stands against a law of ours."""
    command = [f"{FRONTEND}/with-node", "node", f"{FRONTEND}/audits/graphql-http.mjs", f"{server.url}/graphql"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    audits = {audit["id"]: audit for audit in map(json.loads, lines)}
    assert [audit for audit in audits.values() if audit["status"] != "ok"] == []
    assert len(audits) == 61
