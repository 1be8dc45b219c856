"""guard warns once of patterns that match no operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Run
    from places import AwsFiles

WARNING = "no operation is called 'ec2:StopInstancez' (did you mean 'ec2:StopInstances'?)"
UNPROTECTED = ("guard", "--", "true")


@pytest.fixture(autouse=True)
def _unmatched_pattern(files: AwsFiles) -> None:
    files.write(settings='[guard]\nprotect = ["ec2:StopInstancez", "s3:rb"]\n')


def test_a_new_unmatched_pattern_is_reported_once_by_unprotected_commands(run: Run) -> None:
    is_reported = [WARNING in run(*UNPROTECTED).stderr for _ in range(2)]
    assert is_reported == [True, False]


def test_an_unmatched_pattern_is_reported_by_every_dry_run(run: Run) -> None:
    outcomes = [run("guard", "--dry-run", "--", "aws", "s3", "ls") for _ in range(2)]
    assert [(outcome.exit_code, WARNING in outcome.stderr) for outcome in outcomes] == [
        (0, True)
    ] * 2


def test_a_corrected_pattern_is_not_reported(run: Run, files: AwsFiles) -> None:
    run(*UNPROTECTED)
    files.write(settings='[guard]\nprotect = ["ec2:StopInstances", "s3:rb"]\n')
    assert run(*UNPROTECTED).stderr == ""
