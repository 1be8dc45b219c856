"""Sandboxes start empty, stop, and serve many clients at once."""

from __future__ import annotations

import contextlib
import http.client
import json
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import botocore.exceptions
import pytest

import full_sandbox
import processes
from full_sandbox import FullSandbox
from mfa_session.sandbox.sandbox import ALLOW_ALL
from sandbox.refusals import STOP_NEEDS_MFA

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from sandbox.conftest import Clients


def test_each_sandbox_starts_empty() -> None:
    urls = []
    for _ in range(3):
        with FullSandbox() as aws:
            assert aws.directory.users == {}
            assert aws.create_instance(name="db-1").startswith("i-")
            aws.create_user("carol")
            urls.append(aws.url)
    assert all(url.startswith("http://127.0.0.1:") for url in urls)


def test_a_reset_keeps_only_the_url(aws: FullSandbox, client: Clients) -> None:
    url = aws.url
    client("sts", aws.create_user("carol")).get_caller_identity()
    aws.create_instance(name="db-1")
    aws.fail("*", times=None)
    aws.disable_region("eu-west-1")
    aws.clock.advance(10_000)
    aws.reset()
    assert (aws.url, len(aws.calls), aws.directory.users) == (url, 0, {})
    carol = aws.create_user("carol", policies=[ALLOW_ALL])
    assert client("sts", carol).get_caller_identity()["Arn"] == carol.arn
    assert client("ec2", carol).describe_instances()["Reservations"] == []


def test_a_reset_waits_for_the_call_that_is_being_answered(aws: FullSandbox) -> None:
    aws.key_spread_seconds = 5.0
    reset = threading.Thread(target=aws.reset)
    with aws.directory.lock:  # as a call holds it
        reset.start()
        reset.join(0.1)
        assert (reset.is_alive(), aws.key_spread_seconds) == (True, 5.0)
    reset.join(10)
    assert (reset.is_alive(), aws.key_spread_seconds) == (False, 0.0)


def test_a_stopped_sandbox_does_not_answer() -> None:
    aws = FullSandbox().start()
    address = urlsplit(aws.url)
    open_before = http.client.HTTPConnection(address.netloc, timeout=10)
    open_before.request("GET", "/")
    open_before.getresponse().read()
    aws.stop()
    with contextlib.closing(open_before), pytest.raises(ConnectionError):
        _ask_again(open_before)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=10)
    with pytest.raises(RuntimeError, match="not running"):
        print(aws.url)


def _ask_again(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/")
    connection.getresponse()


def test_connections_are_kept_alive(aws: FullSandbox, client: Clients) -> None:
    sts = client("sts", aws.create_user("carol"))
    for _ in range(3):
        sts.get_caller_identity()
    server = aws._server
    assert server is not None
    assert (aws.count("GetCallerIdentity"), len(server._open)) == (3, 1)


def test_of_many_calls_with_one_code_one_succeeds(aws: FullSandbox, client: Clients) -> None:
    carol = aws.create_user("carol")
    phone = aws.create_device(carol)
    code = phone.code()
    clients = [client("sts", carol) for _ in range(16)]
    barrier = threading.Barrier(len(clients))

    def ask(number: int) -> str:
        barrier.wait()
        try:
            answer = clients[number].get_session_token(SerialNumber=phone.serial, TokenCode=code)
        except botocore.exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return str(answer["Credentials"]["AccessKeyId"][:4])

    with ThreadPoolExecutor(len(clients)) as pool:
        outcomes = sorted(pool.map(ask, range(len(clients))))
    assert outcomes == ["ASIA", *["AccessDenied"] * 15]
    assert aws.count("GetSessionToken") == 16
    assert [c.parameters["TokenCode"] for c in aws.calls] == [code] * 16


def test_many_calls_at_once_reach_moto(aws: FullSandbox, client: Clients) -> None:
    users = [
        aws.create_user("u", account=f"{number:012}", policies=[ALLOW_ALL]) for number in range(12)
    ]
    instances = [aws.create_instance(name="db", account=user.account) for user in users]
    clients = [client("ec2", user) for user in users]

    def seen(ec2: object) -> list[str]:
        found = ec2.describe_instances()["Reservations"]  # type: ignore[attr-defined]
        return [instance["InstanceId"] for r in found for instance in r["Instances"]]

    with ThreadPoolExecutor(len(clients)) as pool:
        assert list(pool.map(seen, clients)) == [[instance] for instance in instances]


def test_the_real_aws_cli_uses_the_sandbox(aws: FullSandbox) -> None:
    carol = aws.create_user("carol", policies=[STOP_NEEDS_MFA])
    phone = aws.create_device(carol)
    instance = aws.create_instance(name="db-1")
    cli = processes.installed_program("aws")
    env: dict[str, str | None] = {**aws.environ(carol, region="eu-west-1")}
    stop = [cli, "ec2", "stop-instances", "--instance-ids", instance]
    denied = processes.run_process(stop, env)
    assert denied.exit_code != 0
    assert "(UnauthorizedOperation) when calling the StopInstances operation" in denied.stderr
    ask = [cli, "sts", "get-session-token", "--serial-number", phone.serial]
    answer = processes.run_process([*ask, "--token-code", phone.code()], env)
    keys = json.loads(answer.stdout)["Credentials"]
    session = env | {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    stopped = processes.run_process(stop, session)
    assert (stopped.exit_code, stopped.stderr) == (0, "")
    assert json.loads(stopped.stdout)["StoppingInstances"][0]["InstanceId"] == instance
    assert aws.count("StopInstances") == 2


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    """Run the sandbox as a program during the test."""
    tests = str(Path(full_sandbox.__file__).parents[1])
    argv = [sys.executable, "-m", "full_sandbox"]
    process = processes.start_process(argv, env={"PYTHONPATH": tests})
    yield process
    process.kill()
    process.communicate()


def test_the_sandbox_program_prints_its_variables(
    program: subprocess.Popen[bytes],
) -> None:
    assert program.stdout is not None
    lines = [program.stdout.readline().decode().rstrip() for _ in range(9)]
    told = dict(line.removeprefix("export ").split("=", 1) for line in lines[:7])
    device = lines[7].removeprefix("# device ")
    assert lines[8].startswith("# base32 ")
    env: dict[str, str | None] = {**told}
    cli = processes.installed_program("aws")
    listed = processes.run_process([cli, "iam", "list-mfa-devices"], env)
    program.send_signal(signal.SIGINT)
    ended = program.wait(processes.LIMIT_SECONDS)
    assert program.stderr is not None
    assert [d["SerialNumber"] for d in json.loads(listed.stdout)["MFADevices"]] == [device]
    assert (ended, program.stderr.read()) == (0, b"")
