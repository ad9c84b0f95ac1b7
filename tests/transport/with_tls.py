"""Our server, on one port more: with TLS, by a certificate of its own.

python tests/transport/with_tls.py --host HOST --port PORT, with TLS_PORT and TLS_FILE in the environment
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from argparse import ArgumentParser

import django

django.setup()

from backend.asgi import application  # noqa: E402  # daphne, which they import, needs the settings
from backend.transport.server import ChatServer  # noqa: E402

if __name__ == "__main__":
    parser = ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    options = parser.parse_args()
    server = ChatServer(application, host=options.host, port=options.port, on_listening=lambda: None)
    file = os.environ["TLS_FILE"]
    server.endpoints.append(f"ssl:{os.environ['TLS_PORT']}:privateKey={file}:certKey={file}:interface={options.host}")
    server.run()
