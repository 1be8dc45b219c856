"""`mfa_session.boto3_session` asks for one code and renews the session in time."""

from __future__ import annotations

import builtins
import gc
import os
import resource
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

import mfa_session
import processes
from mfa_session.api import _is_of_another
from mfa_session.model.session import Keys, Secret, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    import pexpect

    from conftest import Terminal
    from full_sandbox import FullSandbox
    from in_process import JumpingClock
    from mfa_session.sandbox.identities import Device, Document
    from places import AwsFiles

ROLE = "arn:aws:iam::123456789012:role/reader"
TRUST: Document = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}
HOUR = 3600


class Asked:
    """An `ask` that records the questions, and gives the listed answers, then the phone's code.

    Each code belongs to the sandbox's next window, so none is used twice.
    """

    def __init__(self, aws: FullSandbox, phone: Device) -> None:
        """Begin without questions."""
        self.questions: list[str] = []
        self.answers: list[Any] = []
        self._aws = aws
        self._phone = phone

    def __call__(self, question: str) -> Any:
        """Record the question, and answer it."""
        self.questions.append(question)
        if self.answers:
            return self.answers.pop(0)
        if self._aws.count("GetSessionToken"):
            self._aws.clock.advance(30)
        return self._phone.code()


@pytest.fixture
def asked(aws: FullSandbox, carols: AwsFiles, phone: Device) -> Asked:
    """Return an `ask` that knows the phone's code."""
    del carols
    return Asked(aws, phone)


@pytest.fixture
def later(
    aws: FullSandbox, clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> Callable[[float], None]:
    """Return a function that advances the clocks of this process and the sandbox."""
    from mfa_session import api

    monkeypatch.setattr(api, "SystemClock", clock.begin)
    aws.checks_signature_age = False  # botocore signs with the machine's clock
    return lambda seconds: clock.sleep_until(
        clock.now() + timedelta(seconds=seconds), lambda _left: None
    )


def key_of(session: Any) -> str:
    """Return the id of a boto3 session's current key."""
    return str(session.get_credentials().get_frozen_credentials().access_key)


def test_one_code_gets_a_session_that_is_written_and_used(
    asked: Asked, carols: AwsFiles, aws: FullSandbox
) -> None:
    session = mfa_session.boto3_session(ask=asked)
    assert session.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert (session.region_name, session.profile_name) == ("eu-west-1", "mfa")
    written = carols.section("mfa")
    assert written is not None
    assert written["aws_access_key_id"] == key_of(session)
    (question,) = asked.questions
    assert question.startswith(
        "MFA code for arn:aws:iam::123456789012:mfa/carols-phone (session mfa"
    )
    again = mfa_session.boto3_session("mfa", ask=None, region_name="us-east-2")
    assert (key_of(again), again.region_name) == (key_of(session), "us-east-2")
    assert aws.count("GetSessionToken") == 1


def test_thirty_two_threads_renew_an_expired_session_once(
    asked: Asked, aws: FullSandbox, later: Callable[[float], None]
) -> None:
    session = mfa_session.boto3_session(ask=asked)
    first = key_of(session)
    later(13 * HOUR)
    keys: list[str] = []
    gate = threading.Barrier(32)

    def use() -> None:
        gate.wait()
        keys.append(key_of(session))

    run_together([use] * 32)
    assert len(keys) == 32
    assert len({*keys, first}) == 2
    assert (aws.count("GetSessionToken"), len(asked.questions)) == (2, 2)


def test_sessions_of_many_threads_share_one_login(asked: Asked, aws: FullSandbox) -> None:
    keys: list[str] = []

    def use() -> None:
        keys.append(key_of(mfa_session.boto3_session(ask=asked)))

    run_together([use] * 8)
    assert (len(keys), len(set(keys))) == (8, 1)
    assert (aws.count("GetSessionToken"), len(asked.questions)) == (1, 1)


def run_together(work: list[Callable[[], None]]) -> None:
    """Run each in its own thread, to its end."""
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_one_code_serves_the_role_and_its_base(
    asked: Asked, aws: FullSandbox, carols: AwsFiles
) -> None:
    aws.create_role("reader", trust=TRUST)
    carols.write(settings=f'[sessions.books]\nvia = "mfa"\nrole_arn = "{ROLE}"\n')
    session = mfa_session.boto3_session("books", ask=asked)
    assert "assumed-role/reader" in session.client("sts").get_caller_identity()["Arn"]
    assert mfa_session.session_info(session).kind == "role"
    assert len(asked.questions) == 1


def test_session_info_has_no_secret(asked: Asked) -> None:
    session = mfa_session.boto3_session(ask=asked)
    info = mfa_session.session_info(session)
    assert info.expires_at is not None
    assert info.as_dict() == {
        "name": "mfa",
        "profile": "mfa",
        "kind": "mfa",
        "account": "123456789012",
        "role_arn": None,
        "source_profile": "default",
        "mfa_serial": "arn:aws:iam::123456789012:mfa/carols-phone",
        "expires_at": info.expires_at,
    }
    keys = session.get_credentials().get_frozen_credentials()
    shown = repr(
        [info, session, session.get_credentials(), vars(session.get_credentials())["session"]]
    )
    assert [secret for secret in (keys.secret_key, keys.token) if secret in shown] == []


def test_another_boto3_session_is_refused() -> None:
    import boto3

    with pytest.raises(TypeError, match="not a session of"):
        mfa_session.session_info(boto3.Session())


def test_with_ask_none_nobody_is_asked(carols: AwsFiles, aws: FullSandbox) -> None:
    del carols
    with pytest.raises(mfa_session.NoMfaError) as caught:
        mfa_session.boto3_session(ask=None)
    assert caught.value.code == "code-needed"
    assert "mfa-session login --profile mfa" in caught.value.hint
    assert list(aws.calls) == []


def test_a_failed_renewal_keeps_the_session_to_its_end(
    asked: Asked, later: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    session = mfa_session.boto3_session(ask=asked)
    first = key_of(session)
    later(12 * HOUR - 300)  # less than min-ttl is left
    asked.answers = [None, "no code", "none", "nor this"]
    assert [key_of(session), key_of(session)] == [first, first]
    assert len(asked.questions) == 2  # within a minute nobody is asked again
    assert "session 'mfa' is not renewed" in caplog.text
    later(61)
    assert key_of(session) == first
    assert len(asked.questions) == 5
    later(HOUR)
    asked.answers = ["no code"] * 3
    with pytest.raises(mfa_session.NoMfaError) as caught:
        session.client("sts").get_caller_identity()
    assert caught.value.code == "bad-code"
    assert key_of(session) != first


def test_a_renewal_uses_a_login_from_elsewhere(
    asked: Asked, later: Callable[[float], None], aws: FullSandbox
) -> None:
    session = mfa_session.boto3_session(ask=asked)
    later(13 * HOUR)
    elsewhere = key_of(mfa_session.boto3_session(ask=asked))
    assert key_of(session) == elsewhere
    assert aws.count("GetSessionToken") == 2


def test_a_session_whose_role_has_changed_is_refused(
    asked: Asked, later: Callable[[float], None], aws: FullSandbox, carols: AwsFiles
) -> None:
    for name in ("reader", "writer"):
        aws.create_role(name, trust=TRUST)
    settings = f'[sessions.books]\nvia = "mfa"\nrole_arn = "{ROLE}"\n'
    carols.write(settings=settings)
    session = mfa_session.boto3_session("books", ask=asked)
    carols.write(settings=settings.replace("reader", "writer"))
    later(2 * HOUR)
    with pytest.raises(mfa_session.ConfigurationError) as caught:
        session.client("sts").get_caller_identity()
    assert caught.value.code == "session-changed"


@pytest.mark.parametrize(
    ("accounts", "is_refused"),
    [
        (("123456789012", "444455556666"), True),
        (("123456789012", "123456789012"), False),
        ((None, "123456789012"), False),  # the first GetCallerIdentity failed
        (("123456789012", None), False),
    ],
)
def test_an_unknown_account_does_not_count_as_another_account(
    accounts: tuple[str | None, str | None], *, is_refused: bool
) -> None:
    keys = Keys(access_key_id="ASIA", secret_access_key=Secret("x"))
    first, second = (Session(name="mfa", profile="mfa", keys=keys, account=a) for a in accounts)
    assert _is_of_another(first, second) == is_refused


def test_after_a_rejected_code_the_question_gives_the_reason(asked: Asked) -> None:
    asked.answers = ["no code", "000000"]
    mfa_session.boto3_session(ask=asked)
    assert len(asked.questions) == 3
    assert "six digits" in asked.questions[1]
    assert "a code works once" in asked.questions[2]


def test_an_answer_that_is_not_text_is_refused(asked: Asked, aws: FullSandbox) -> None:
    asked.answers = [123456]
    with pytest.raises(mfa_session.NoMfaError, match="returned int, not a code"):
        mfa_session.boto3_session(ask=asked)
    assert aws.count("GetSessionToken") == 0


def test_ctrl_c_while_asking_raises_keyboard_interrupt(carols: AwsFiles) -> None:
    del carols

    def interrupt(question: str) -> str:
        raise KeyboardInterrupt(question)

    with pytest.raises(KeyboardInterrupt):
        mfa_session.boto3_session(ask=interrupt)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"profile": ""}, "bad-argument"),
        ({"profile": 3}, "bad-argument"),
        ({"role_arn": b"arn:aws:iam::123456789012:role/x"}, "bad-argument"),
        ({"region_name": ["eu-west-1"]}, "bad-argument"),
        ({"ask": "console"}, "bad-argument"),
        ({"ask": True}, "bad-argument"),
        ({"min_ttl": -1}, "bad-argument"),
        ({"min_ttl": True}, "bad-argument"),
        ({"min_ttl": 1.5}, "bad-argument"),
        ({"min_ttl": "soon"}, "bad-duration"),
        ({"min_ttl": "2d"}, "min-ttl-too-long"),
        ({"profile": "nowhere"}, "no-such-profile"),
        ({"source_profile": "nowhere"}, "no-such-profile"),
        ({"role_arn": "reader"}, "bad-role-arn"),
    ],
)
def test_bad_arguments_are_named_before_anybody_is_asked(
    asked: Asked, arguments: dict[str, Any], code: str, carols: AwsFiles
) -> None:
    before = carols.credentials.read_bytes()
    with pytest.raises(mfa_session.MfaSessionError) as caught:
        mfa_session.boto3_session(**{"ask": asked, **arguments})
    assert (caught.value.code, bool(caught.value.hint)) == (code, True)
    assert asked.questions == []
    assert carols.credentials.read_bytes() == before


def test_without_a_home_the_process_keeps_the_session(
    asked: Asked, aws: FullSandbox, monkeypatch: pytest.MonkeyPatch, carols: AwsFiles
) -> None:
    keys = dict(line.split(" = ") for line in carols.credentials.read_text().splitlines()[1:])
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["aws_secret_access_key"])
    monkeypatch.setenv("HOME", "none")
    session = mfa_session.boto3_session(ask=asked, region_name="eu-west-1")
    assert session.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert key_of(mfa_session.boto3_session(ask=None)) == key_of(session)
    assert aws.count("GetSessionToken") == 1
    assert not os.path.lexists("none")


def test_a_notebook_asks_with_its_own_input(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "input", asked)
    mfa_session.boto3_session()
    assert len(asked.questions) == 1


def test_a_notebook_that_cannot_ask_is_an_error(
    carols: AwsFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    del carols

    def refuse(question: str) -> str:
        raise NotImplementedError(question)  # as ipykernel does if a notebook runs unattended

    monkeypatch.setattr(builtins, "input", refuse)
    with pytest.raises(mfa_session.NoMfaError) as caught:
        mfa_session.boto3_session()
    assert caught.value.code == "code-needed"


def test_a_code_from_the_environment_is_sent_once(
    asked: Asked, phone: Device, monkeypatch: pytest.MonkeyPatch, later: Callable[[float], None]
) -> None:
    monkeypatch.setenv("MFA_SESSION_TOKEN_CODE", phone.code())
    session = mfa_session.boto3_session(ask=asked)
    assert asked.questions == []
    first = key_of(session)
    later(13 * HOUR)
    assert key_of(session) != first
    assert len(asked.questions) == 1


def test_garbage_collection_and_limits_stay_unchanged(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    frozen: list[bool] = []
    monkeypatch.setattr(gc, "freeze", lambda: frozen.append(True))
    mfa_session.boto3_session(ask=asked)
    assert gc.isenabled()
    assert frozen == []  # a program's objects are its own
    assert resource.getrlimit(resource.RLIMIT_CORE) == limits


ON_A_TERMINAL = """
import sys, threading, mfa_session
def use():
    print(mfa_session.session_info(mfa_session.boto3_session()).account)
if sys.argv[1] == "thread":
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
else:
    use()
"""


@pytest.mark.parametrize("where", ["main", "thread"])
def test_on_a_terminal_the_question_appears_there(
    terminal: Terminal, carols: AwsFiles, phone: Device, where: str
) -> None:
    del carols
    child: pexpect.spawn[str] = terminal("-c", ON_A_TERMINAL, where, program=sys.executable)
    child.expect("MFA code for .*: ")
    child.sendline(phone.code())
    child.expect_exact("******")
    child.expect_exact("123456789012")
    child.expect("$")


FORKED_WHILE_RENEWING = """
import datetime, os, signal, mfa_session
session = mfa_session.boto3_session(ask=None)
credentials = session.get_credentials()
credentials._refresh_lock.acquire()  # as a thread that renews
credentials._expiry_time = datetime.datetime.now(datetime.timezone.utc)
if os.fork() == 0:
    signal.alarm(20)
    print(session.client("sts").get_caller_identity()["Account"], flush=True)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_child_forked_during_a_renewal_renews_for_itself(asked: Asked) -> None:
    mfa_session.boto3_session(ask=asked)
    outcome = processes.run_python(FORKED_WHILE_RENEWING)
    assert outcome == (0, "123456789012\n0\n", "")
