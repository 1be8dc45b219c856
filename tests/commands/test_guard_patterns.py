"""Patterns of `[guard]` that stand for nothing are named, without a word more than is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run
    from places import AwsFiles

SLIP = "no operation is called 'ec2:StopInstancez' (did you mean 'ec2:StopInstances'?)"
UNPROTECTED = ("guard", "--", "true")


@pytest.fixture(autouse=True)
def _slip(files: AwsFiles) -> None:
    files.write(settings='[guard]\nprotect = ["ec2:StopInstancez", "s3:rb"]\n')


def test_a_new_slip_is_told_once_before_what_is_not_protected(run: Run) -> None:
    told = [SLIP in run(*UNPROTECTED).stderr for _ in range(2)]
    assert told == [True, False]


def test_a_slip_is_told_each_time_that_a_decision_is_looked_at(run: Run) -> None:
    looked = [run("guard", "--dry-run", "--", "aws", "s3", "ls") for _ in range(2)]
    assert [(outcome.exit_code, SLIP in outcome.stderr) for outcome in looked] == [(0, True)] * 2


def test_a_slip_that_is_mended_is_not_told(run: Run, files: AwsFiles) -> None:
    run(*UNPROTECTED)
    files.write(settings='[guard]\nprotect = ["ec2:StopInstances", "s3:rb"]\n')
    assert run(*UNPROTECTED).stderr == ""
