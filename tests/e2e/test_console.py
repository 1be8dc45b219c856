"""`console` signs a browser in with a role session, and keeps the URL secret."""

from __future__ import annotations

import http.client
import json
import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

import processes
from places import long_term, managed

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from full_sandbox import FullSandbox
    from full_sandbox.holders import Role
    from mfa_session.sandbox.identities import Device, Document
    from places import AwsFiles
    from sandboxed import LogIn

TRUST: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def books(aws: FullSandbox, carols: AwsFiles) -> Role:
    """Make a role, and write its session to config.toml."""
    role = aws.create_role("books", trust=TRUST, max_session_seconds=43200)
    carols.write(settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n')
    return role


def visit(url: str) -> tuple[int, str | None]:
    """Return the status and Location of a page of the sandbox."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    connection.close()
    return answer.status, answer.getheader("Location")


def signin_request(aws: FullSandbox) -> dict[str, Any]:
    """Return the parameters of the only getSigninToken."""
    (call,) = aws.calls.of("getSigninToken")
    return dict(call.parameters)


def test_the_url_signs_in_exactly_once(
    run: Run, log_in: LogIn, books: Role, aws: FullSandbox
) -> None:
    del books
    log_in()
    outcome = run("console", "--profile", "books", "--print", "--service", "ec2")
    assert (outcome.exit_code, outcome.stdout.count("\n")) == (0, 1), outcome
    url = outcome.stdout.rstrip()
    assert parse_qs(urlsplit(url).query)["Issuer"] == ["mfa-session"]
    page = "https://console.aws.amazon.com/ec2/home?region=eu-west-1"
    assert visit(url) == (302, page)
    assert visit(url)[0] == 400
    assert "SessionDuration" not in signin_request(aws)


def test_a_role_from_long_term_keys_takes_a_duration(
    run: Run, books: Role, phone: Device, aws: FullSandbox
) -> None:
    del books
    argv = ["console", "--profile", "books", "--print", "--duration", "8h"]
    outcome = run(*argv, env={"MFA_SESSION_TOKEN_CODE": phone.code()})
    assert outcome.exit_code == 0, outcome
    assert signin_request(aws)["SessionDuration"] == "28800"
    aws.calls.clear()
    assert run(*argv[:-1], "30m").exit_code == 0
    assert signin_request(aws)["SessionDuration"] == "1800"


def test_a_role_from_a_session_takes_no_duration(
    run: Run, log_in: LogIn, books: Role, aws: FullSandbox
) -> None:
    del books
    log_in()
    argv = ["console", "--profile", "books", "--print", "--duration", "30m"]
    assert run(*argv).exit_code == 0
    assert "SessionDuration" not in signin_request(aws)


def test_the_url_leads_to_the_destination(run: Run, log_in: LogIn, books: Role) -> None:
    del books
    log_in()
    page = "https://eu-west-1.console.aws.amazon.com/s3/home?a=b&c=d#x"
    outcome = run("console", "--profile", "books", "--print", "--destination", page)
    assert visit(outcome.stdout.rstrip()) == (302, page)


def test_an_mfa_session_is_refused_and_the_hint_names_the_roles(
    run: Run, books: Role, aws: FullSandbox, carols: AwsFiles
) -> None:
    outcome = run("console", "--profile", "mfa", "--print")
    assert outcome.exit_code == 3
    assert "session 'mfa' is an MFA session" in outcome.stderr
    assert "`mfa-session console --print --profile books`" in outcome.stderr
    assert (list(aws.calls), outcome.stdout) == ([], "")
    carols.write(settings="", config=f"[profile other]\nrole_arn = {books.arn}\n")
    assert "--profile other`" in run("console", "--print").stderr
    carols.write(config="")
    assert "--role-arn ARN" in run("console", "--print").stderr


def test_an_expired_session_is_renewed_or_reported(
    run: Run, books: Role, carols: AwsFiles, phone: Device, aws: FullSandbox
) -> None:
    del books
    carols.write(carols.credentials.read_text() + managed("mfa", seconds_left=-5))
    argv = ["console", "--profile", "books", "--print"]
    outcome = run(*argv)
    assert (outcome.exit_code, outcome.stdout) == (4, "")
    assert "needs an MFA code" in outcome.stderr
    assert aws.count("getSigninToken") == 0
    assert run(*argv, env={"MFA_SESSION_TOKEN_CODE": phone.code()}).exit_code == 0


def test_the_page_is_in_the_region_that_the_session_keeps(
    run: Run, aws: FullSandbox, carols: AwsFiles, log_in: LogIn
) -> None:
    arn = aws.create_role("books", trust=TRUST).arn
    carols.write(config="[default]\nregion = eu-west-1\n")
    log_in("--profile", "far", "--role-arn", arn, "--region", "us-west-2")
    argv = ["console", "--profile", "far", "--print"]
    assert "region%3Dus-west-2" in run(*argv).stdout
    assert "region%3Deu-north-1" in run(*argv, env={"AWS_REGION": "eu-north-1"}).stdout


@pytest.mark.parametrize(
    ("argv", "exit_code", "said"),
    [
        (["--destination", "ec2"], 2, "is not a page of AWS's console"),
        (["--destination", "https://evil.example/"], 2, "is not a page of AWS's console"),
        (["--destination", "https://console.amazonaws.cn/"], 2, "is not a page of AWS's console"),
        (["--service", "EC2/x"], 2, "is not a service"),
        (["--service", "ec2", "--destination", "https://x"], 2, "both say"),
        (["--duration", "5m"], 3, "out of range"),
        (["--duration", "soon"], 2, "soon"),
        (["extra"], 2, "extra"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_refused_before_any_call(
    run: Run,
    books: Role,
    aws: FullSandbox,
    carols: AwsFiles,
    argv: list[str],
    exit_code: int,
    said: str,
) -> None:
    del books
    before = carols.credentials.read_bytes()
    outcome = run("console", "--profile", "books", "--print", *argv)
    assert (outcome.exit_code, outcome.stdout) == (exit_code, "")
    assert said in outcome.stderr
    assert list(aws.calls) == []
    assert carols.credentials.read_bytes() == before


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            400,
            "<html>no</html>",
            (5, "refused the session of arn:aws:iam::123456789012:role/books"),
        ),
        (200, "<html>sign in to the network</html>", (6, "is not AWS")),
        (200, "{}", (6, "is not AWS")),
        (200, '{"SigninToken": 3}', (6, "is not AWS")),
        (200, '{"SigninToken": "a\\nb"}', (6, "is not AWS")),
        (200, "x" * 1_000_001, (6, "is not AWS")),
        (200, "[" * 100_000, (6, "is not AWS")),
        (302, "", (6, "is not AWS")),
        (403, "denied by the proxy", (6, "is not AWS")),
        (503, "busy", (6, "503")),
    ],
    ids=lambda value: str(value)[:20],
)
@pytest.mark.usefixtures("books")
def test_each_wrong_answer_is_an_error_that_shows_no_secret(
    run: Run, log_in: LogIn, carols: AwsFiles, aws: FullSandbox, status: int, body: str,
    expected: tuple[int, str],
) -> None:  # fmt: skip
    log_in()
    log_in("--profile", "books")
    aws.answer("getSigninToken", status, body)
    outcome = run("console", "--profile", "books", "--print", "-vv")
    assert (outcome.exit_code, outcome.stdout) == (expected[0], "")
    assert expected[1] in outcome.stderr
    _assert_no_secret_in(outcome.stderr, carols)


def test_an_unreachable_endpoint_shows_no_secret(
    run: Run, log_in: LogIn, books: Role, carols: AwsFiles, aws: FullSandbox
) -> None:
    del books
    log_in()
    log_in("--profile", "books")
    aws.drop("getSigninToken", times=None)
    outcome = run("console", "--profile", "books", "--print", "-vv")
    assert outcome.exit_code == 6
    _assert_no_secret_in(outcome.stderr, carols)
    outcome = run(
        "console", "--profile", "books", "--print", "-vv",
        env={"AWS_ENDPOINT_URL_SIGNIN": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert outcome.exit_code == 6
    _assert_no_secret_in(outcome.stderr, carols)


def _assert_no_secret_in(text: str, files: AwsFiles) -> None:
    for profile in ("mfa", "books"):
        section = files.section(profile) or {}
        for key in ("aws_secret_access_key", "aws_session_token"):
            assert section[key] not in text


def test_an_endpoint_of_another_service_does_not_get_the_keys(
    run: Run, log_in: LogIn, books: Role, aws: FullSandbox
) -> None:
    del books
    log_in()
    log_in("--profile", "books")
    argv = ["console", "--profile", "books", "--print"]
    outcome = run(*argv, env={"AWS_ENDPOINT_URL": "https://minio.example:9000"})
    assert outcome.exit_code == 3
    assert "AWS_ENDPOINT_URL leads to minio.example" in outcome.stderr
    assert "AWS_ENDPOINT_URL_SIGNIN=https://eu-west-1.signin.aws.amazon.com" in outcome.stderr
    assert aws.count("getSigninToken") == 0


def test_a_role_of_another_partition_has_its_own_console(
    run: Run, aws: FullSandbox, files: AwsFiles
) -> None:
    user = aws.create_user("li", partition="aws-cn")
    device = aws.create_device(user, name="phone")
    role = aws.create_role("books", trust=TRUST, partition="aws-cn")
    files.write(
        long_term(user), settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{role.arn}"\n'
    )
    outcome = run(
        "console", "--profile", "books", "--print",
        env={"MFA_SESSION_TOKEN_CODE": device.code(), "MFA_SESSION_MFA_SERIAL": device.serial},
    )  # fmt: skip
    assert outcome.exit_code == 0, outcome
    assert visit(outcome.stdout.rstrip()) == (
        302,
        "https://console.amazonaws.cn/console/home?region=cn-north-1",
    )


BROWSER = """#!{python}
import http.client, json, sys, urllib.parse
page = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(page.hostname, page.port)
connection.request("GET", page.path)
location = connection.getresponse().getheader("Location")
lines = []
for pid in __import__("os").listdir("/proc"):
    if pid.isdigit():
        try:
            lines.append(open(f"/proc/{{pid}}/cmdline").read())
        except OSError:
            pass
json.dump({{"argv": sys.argv[1:], "location": location, "lines": lines}}, open({out!r}, "w"))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="needs /proc")
def test_the_url_is_not_in_the_process_list(
    program: str, log_in: LogIn, books: Role, home: Path
) -> None:
    log_in()
    seen, browser = home / "seen.json", home / "browser"
    browser.write_text(BROWSER.format(python=sys.executable, out=str(seen)))
    browser.chmod(0o755)
    outcome = processes.run_process(
        [program, "console", "--profile", "books"], {"BROWSER": str(browser)}
    )
    assert (outcome.exit_code, outcome.stdout) == (0, ""), outcome
    assert f"signed in to the console as {books.arn}, for 59m" in outcome.stderr
    found = json.loads(seen.read_text())
    assert visit(found["location"])[0] == 302
    token = parse_qs(urlsplit(found["location"]).query)["SigninToken"][0]
    assert [line for line in found["lines"] if token in line] == []
    # The browser's own command line is in the list.
    assert any(found["argv"][0] in line for line in found["lines"])


def test_without_a_browser_console_suggests_print(
    program: str, log_in: LogIn, books: Role, home: Path
) -> None:
    del books
    log_in()
    empty_folder = home / "bin"
    empty_folder.mkdir()
    outcome = processes.run_process(
        [program, "console", "--profile", "books"],
        {"PATH": str(empty_folder), "DISPLAY": None, "WAYLAND_DISPLAY": None, "BROWSER": None},
    )
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "no browser on this machine" in outcome.stderr
    assert "`mfa-session console --profile books --print`" in outcome.stderr
