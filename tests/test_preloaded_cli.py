"""The AWS CLI that is imported once prints what an executed one prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import processes

if TYPE_CHECKING:
    from places import AwsFiles

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="preloaded on Linux only")
REGION = {"AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.mark.parametrize(
    "line",
    [
        "--version",
        "sts get-caller-identity",
        "sts get-caller-identity --profile nobody",
        "ec2 stop-instances --instance-ids i-0123456789abcdef0",
        "configure list",
        "no-such-service",
    ],
)
def test_a_preloaded_cli_prints_what_an_executed_one_prints(
    carols: AwsFiles, cli_folder: str, home: Path, line: str
) -> None:
    del carols  # so there are files to read
    executed = processes.run_process([processes.installed_program("aws"), *line.split()], REGION)
    assert processes.run_process([f"{cli_folder}/aws", *line.split()], REGION) == executed
    assert sorted(home.rglob("cache")) == []


def test_its_completer_prints_what_an_executed_one_prints(cli_folder: str) -> None:
    line = {"COMP_LINE": "aws ec2 stop-"}
    executed = processes.run_process([processes.installed_program("aws_completer")], line)
    assert processes.run_process([f"{cli_folder}/aws_completer"], line) == executed
    assert "stop-instances" in executed.stdout


def test_words_environment_folder_and_stdin_are_those_of_the_caller(
    carols: AwsFiles, tmp_path: Path
) -> None:
    script = tmp_path / "tell"
    script.write_text('#!/bin/sh\necho "$PWD:$TOLD:$(cat)" >&2; exit 1\n')
    script.chmod(0o755)
    carols.write(config=f"[profile x]\ncredential_process = {script}\n")
    argv = ["aws", "--profile", "x", "sts", "get-caller-identity"]
    env = {**REGION, "TOLD": "by the environment"}
    outcome = processes.run_process(argv, env, typed="typed", cwd=str(tmp_path))
    assert outcome.exit_code == 255
    assert f"{tmp_path}:by the environment:typed" in outcome.stderr
    assert Path(os.environ["PATH"].split(os.pathsep)[0], "aws").exists()
