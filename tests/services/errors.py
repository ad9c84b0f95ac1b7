"""What can go wrong with a service of the tests.

ServiceError
├── ServiceMissing   there is no such server on this machine, and none could be fetched
└── ServiceFailed    it did not start, answer or stop in time; the message ends with its log
"""

from pathlib import Path

LOG_LINES = 40


class ServiceError(Exception):
    """A test cannot have the service that it needs."""


class ServiceMissing(ServiceError):
    """`remedy` is what to install or to set, as the end of a sentence."""

    def __init__(self, service: str, remedy: str) -> None:
        super().__init__(f"The tests need {service}, and there is none here: {remedy}.")
        self.service = service
        self.remedy = remedy


class ServiceFailed(ServiceError):
    """The log is read at once: it lives in a folder that goes away with the service."""

    def __init__(self, service: str, failure: str, log: Path) -> None:
        self.service = service
        self.failure = failure
        self.log = log.read_text(errors="replace") if log.exists() else ""
        tail = "\n".join(self.log.splitlines()[-LOG_LINES:])
        super().__init__(f"{service} {failure}. The end of its log:\n{tail or '(empty)'}")
