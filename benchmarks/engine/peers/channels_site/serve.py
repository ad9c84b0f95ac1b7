"""One daphne on PORT, on loopback, with daphne's own defaults and no access log.

python -m benchmarks.engine.peers.channels_site.serve
"""

import os

# It installs its reactor, which has to come before whatever imports Twisted.
from daphne.server import Server

SITE = "benchmarks.engine.peers.channels_site"


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{SITE}.settings"
    from benchmarks.engine.peers.channels_site.asgi import application

    Server(
        application,
        endpoints=[f"tcp:port={int(os.environ['PORT'])}:interface=127.0.0.1"],
        ready_callable=lambda: print("ready", flush=True),
    ).run()


if __name__ == "__main__":
    main()
