"""Keys from a credential_process."""

from __future__ import annotations

import json
import shlex
import sys

import pytest

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.session import Keys, Secret
from mfa_session.model.settings import Source
from mfa_session.system.processes import run_credential_process


def printing(text: str, code: int = 0) -> Source:
    """Return a source whose process prints a text."""
    program = f"import sys; sys.stdout.write({text!r}); sys.exit({code})"
    return Source(profile="work", process=shlex.join([sys.executable, "-c", program]))


def test_the_printed_keys_are_returned() -> None:
    answer = {"Version": 1, "AccessKeyId": "AKIAX", "SecretAccessKey": "s"}
    assert run_credential_process(printing(json.dumps(answer)), {}) == Keys(
        access_key_id="AKIAX", secret_access_key=Secret("s")
    )
    with_token = {**answer, "AccessKeyId": "ASIAX", "SessionToken": "t"}
    assert run_credential_process(printing(json.dumps(with_token)), {}).session_token == Secret("t")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (printing("planted"), "prints no JSON"),
        (printing("[1]"), "Version 1"),
        (printing('{"Version": 2}'), "Version 1"),
        (printing('{"Version": 1, "AccessKeyId": "planted"}'), "SecretAccessKey"),
        (printing("{}", 3), "exit code 3"),
        (Source(profile="work", process="/no/such/program"), "cannot be started"),
        (Source(profile="work", process="unclosed 'quote"), "cannot be started"),
    ],
)
def test_unusable_output_is_an_error_that_does_not_repeat_it(source: Source, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run_credential_process(source, {})
    assert caught.value.code == "credential-process-failed"
    assert said in caught.value.message
    assert "'work'" in caught.value.message
    assert "planted" not in caught.value.message


def test_a_credential_process_that_calls_mfa_session_is_not_run_again() -> None:
    program = "import os, json; print(json.dumps({'Version': 1, 'AccessKeyId': 'AKIAX', "
    program += "'SecretAccessKey': os.environ['_MFA_SESSION_ASKS_FOR']}))"
    source = Source(profile="work", process=shlex.join([sys.executable, "-c", program]))
    assert run_credential_process(source, {}).secret_access_key == Secret("work")
    with pytest.raises(ConfigurationError) as caught:
        run_credential_process(source, {"_MFA_SESSION_ASKS_FOR": "work"})
    assert caught.value.code == "source-loop"
