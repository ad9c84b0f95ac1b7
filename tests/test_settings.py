"""Settings come from the environment: what is wrong stops every command with one sentence for whoever wrote it."""

import json
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings

SECRET = "g00seberry"


def _run(*arguments: str, var: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Python in a process of its own, where nothing is set but what is given."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(var), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _check(var: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return _run("manage.py", "check", var=var, **environment)


def _read(name: str, var: Path, **environment: str) -> Any:
    """The value of a setting in a process of its own."""
    [value] = _read_all(name, var=var, **environment)
    return value


def _read_all(*names: str, var: Path, **environment: str) -> list[Any]:
    found = f"[getattr(settings, name) for name in {names}]"
    program = f"import json; from backend import settings; print(json.dumps({found}, default=str))"
    process = _run("-c", program, var=var, **environment)
    assert process.returncode == 0, process.stderr
    values: list[Any] = json.loads(process.stdout)
    return values


def test_with_nothing_set_it_is_ready_to_run(tmp_path: Path) -> None:
    process = _check(tmp_path / "new" / "var")
    assert process.returncode == 0, process.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", f"postgresql {SECRET}"),
        ("DATABASE_URL", f"mysql://ana:{SECRET}@localhost/chat"),
        ("DATABASE_URL", f"nosuch://ana:{SECRET}@localhost/chat"),
        ("DATABASE_URL", f"postgresql://ana:{SECRET}@localhost/"),
        ("DATABASE_URL", f"postgresql://ana:{SECRET}@localhost:port/chat"),
        ("DATABASE_URL", f"postgresql://ana:{SECRET}@[localhost/chat"),
        ("REDIS_URL", f"http://:{SECRET}@localhost"),
        ("REDIS_URL", f"redis:{SECRET}"),
        ("REDIS_URL", f"redis://:{SECRET}@localhost:port"),
        ("REDIS_URL", f"redis://:{SECRET}@[localhost"),
        ("DATABASE_PAUSE", "soon"),
        ("DATABASE_PAUSE", "-1"),
        ("PUBLIC_URL", "chat.example.org"),
        ("PUBLIC_URL", "ftp://chat.example.org"),
        ("PUBLIC_URL", "https://chat.example.org/chat"),
        ("PUBLIC_URL", f"https://ana:{SECRET}@chat.example.org"),
        ("PUBLIC_URL", "https://chat.example.org:port"),
        ("PUBLIC_URL", "https://[chat.example.org"),
        ("PUBLIC_URL", "https://*"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "chat.example.org, *"),
        ("LOG_LEVEL", "LOUD"),
        ("EMAIL_URL", f"ana:{SECRET}@mail.example.org"),
        ("EMAIL_URL", f"http://ana:{SECRET}@mail.example.org"),
        ("EMAIL_URL", f"smtp://ana:{SECRET}@mail.example.org:port"),
        ("EMAIL_URL", f"smtp://ana:{SECRET}@"),
        ("EMAIL_URL", f"smtp://mail.example.org/{SECRET}"),
        ("VAR_DIR", os.devnull),
    ],
)
def test_a_wrong_setting_stops_every_command_with_one_sentence_that_names_it(
    name: str, value: str, tmp_path: Path
) -> None:
    process = _check(tmp_path, **{name: value})
    assert process.returncode != 0
    assert process.stdout == ""
    [line] = process.stderr.splitlines()
    assert line.startswith(f"chaikhana: {name} ")
    assert line.endswith(".")
    assert SECRET not in process.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgresql://ana:tea@localhost:5432/chat?sslmode=require"},
        {"REDIS_URL": "rediss://:tea@[::1]:6379/3"},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"PUBLIC_URL": "http://192.168.1.20:8000/"},
        {"LOG_LEVEL": "debug"},
        {"EMAIL_URL": "smtps://ana:tea@[::1]:465/"},
        {"EMAIL_URL": "smtp://localhost"},
    ],
)
def test_a_right_setting_is_taken(environment: dict[str, str], tmp_path: Path) -> None:
    _read("VERSION", tmp_path, **environment)


@pytest.mark.parametrize(
    ("url", "port", "tls"),
    [
        ("smtp+tls://ana%40example.org:t%2Fea@mail.example.org", 587, [True, False]),
        ("smtps://ana%40example.org:t%2Fea@mail.example.org:4650", 4650, [False, True]),
        ("smtp://ana%40example.org:t%2Fea@mail.example.org", 25, [False, False]),
    ],
)
def test_mail_goes_where_the_url_says(url: str, port: int, tls: list[bool], tmp_path: Path) -> None:
    names = ("BACKEND", "HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL")
    found = _read_all(*(f"EMAIL_{name}" for name in names), var=tmp_path, EMAIL_URL=url)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    assert found == [backend, "mail.example.org", port, "ana@example.org", "t/ea", *tls]


def test_without_a_url_mail_is_printed_and_comes_from_our_own_host(tmp_path: Path) -> None:
    assert _read("EMAIL_BACKEND", tmp_path) == "django.core.mail.backends.console.EmailBackend"
    assert _read("DEFAULT_FROM_EMAIL", tmp_path, PUBLIC_URL="https://chat.example.org") == "chaikhana@chat.example.org"
    assert _read("DEFAULT_FROM_EMAIL", tmp_path, EMAIL_FROM="tea@example.org") == "tea@example.org"


def test_files_are_kept_beside_the_database_unless_it_is_said_where(tmp_path: Path) -> None:
    assert _read("MEDIA_ROOT", tmp_path) == str(tmp_path / "media")
    assert _read("MEDIA_ROOT", tmp_path, MEDIA_ROOT="/srv/media") == "/srv/media"


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first, second = (_read("SECRET_KEY", tmp_path / "var") for _ in range(2))
    file = tmp_path / "var" / "secret_key"
    assert len(first) >= 50
    assert first == second == file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"], "nothing is left beside it"
    assert _read("SECRET_KEY", tmp_path / "other") != first


def test_processes_that_start_together_agree_on_the_secret_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(6) as threads:
        keys = list(threads.map(lambda _: _read("SECRET_KEY", tmp_path / "var"), range(6)))
    assert len(set(keys)) == 1
    assert len(keys[0]) >= 50


def test_a_secret_key_that_is_given_is_taken_and_none_is_written(tmp_path: Path) -> None:
    assert _read("SECRET_KEY", tmp_path, SECRET_KEY="given") == "given"
    assert not (tmp_path / "secret_key").exists()


def test_a_secret_key_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "secret_key").mkdir()
    process = _check(tmp_path)
    assert process.returncode != 0
    [line] = process.stderr.splitlines()
    assert "SECRET_KEY" in line


def test_what_is_written_beside_the_code_is_for_its_owner_alone(tmp_path: Path) -> None:
    _read("SECRET_KEY", tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_this_machine_is_always_among_the_allowed_hosts_and_never_any_host(tmp_path: Path) -> None:
    for named in ("", "chat.example.org"):
        hosts = _read("ALLOWED_HOSTS", tmp_path, ALLOWED_HOSTS=named)
        assert {"localhost", "127.0.0.1", "[::1]"} <= set(hosts)
        assert not {"*", ".", "", ".local"} & set(hosts)


def test_hosts_that_are_named_take_the_place_of_this_machine_s_own(tmp_path: Path) -> None:
    hosts = _read("ALLOWED_HOSTS", tmp_path, ALLOWED_HOSTS="a.example.org, b.example.org,")
    assert set(hosts) == {"localhost", "127.0.0.1", "[::1]", "a.example.org", "b.example.org"}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://chat.example.org", "chat.example.org"),
        ("https://chat.example.org:8443/", "chat.example.org"),
        ("http://[2001:db8::7]:8000", "[2001:db8::7]"),
    ],
)
def test_the_public_address_is_answered_and_trusted(url: str, host: str, tmp_path: Path) -> None:
    assert host in _read("ALLOWED_HOSTS", tmp_path, PUBLIC_URL=url)
    assert _read("CSRF_TRUSTED_ORIGINS", tmp_path, PUBLIC_URL=url) == [url.rstrip("/")]


def test_cookies_are_kept_to_https_where_people_come_by_https(tmp_path: Path) -> None:
    assert _read("SESSION_COOKIE_SECURE", tmp_path, PUBLIC_URL="https://chat.example.org") is True
    assert _read("SESSION_COOKIE_SECURE", tmp_path, PUBLIC_URL="http://chat.example.org") is False
    assert _read("SESSION_COOKIE_SECURE", tmp_path) is False


def test_without_a_database_s_url_it_keeps_its_own_file(tmp_path: Path) -> None:
    database = _read("DATABASES", tmp_path)["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert Path(database["NAME"]).parent == tmp_path


def test_a_postgresql_that_has_gone_silent_is_given_up_unless_the_url_says_otherwise(tmp_path: Path) -> None:
    """Its driver would wait for a quarter of an hour. In milliseconds, as the driver takes it."""
    url = "postgresql://ana@localhost/chat"
    for given, milliseconds in ((url, 10_000), (f"{url}?tcp_user_timeout=60000", 60_000)):
        options = _read("DATABASES", tmp_path, DATABASE_URL=given)["default"]["OPTIONS"]
        assert (options["connect_timeout"], options["tcp_user_timeout"]) == (10, milliseconds)
        silence = options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"]
        assert silence == 10


def test_postgresql_gives_us_up_in_the_middle_of_a_transaction_unless_the_url_says_otherwise(tmp_path: Path) -> None:
    """Of two values the server takes the last."""
    url = "postgresql://ana@localhost/chat"
    ours = "-c idle_in_transaction_session_timeout=5000 "
    theirs = "-c idle_in_transaction_session_timeout=60000"
    for given, last in ((url, ""), (f"{url}?options={quote(theirs)}", f" {theirs}")):
        options = _read("DATABASES", tmp_path, DATABASE_URL=given)["default"]["OPTIONS"]["options"]
        assert options.startswith(ours)
        assert options.endswith(f"-c tcp_keepalives_count=3{last}")


def test_what_pgbouncer_refuses_can_be_left_out(tmp_path: Path) -> None:
    url = "postgresql://ana@localhost/chat"
    for given, expected in ((url, None), (f"{url}?options={quote('-c jit=off')}", "-c jit=off")):
        options = _read("DATABASES", tmp_path, DATABASE_URL=given, DATABASE_PAUSE="0")["default"]["OPTIONS"]
        assert options.get("options") == expected
        assert options["connect_timeout"] == 10, "our own end is nobody else's business"


def test_a_pause_of_one_second_is_one(tmp_path: Path) -> None:
    found = _read("DATABASES", tmp_path, DATABASE_URL="postgresql://ana@localhost/chat", DATABASE_PAUSE="1")
    options = found["default"]["OPTIONS"]["options"]
    assert "idle_in_transaction_session_timeout=1000 " in options
    assert "tcp_keepalives_idle=1 " in options
