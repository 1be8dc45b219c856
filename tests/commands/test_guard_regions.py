"""A protected command runs in the region that its version of the AWS CLI uses."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Run
    from places import AwsFiles

AWS = """\
#!/bin/sh
case "$*" in
    --version) echo "{version}" ;;
    *) echo "$AWS_REGION $AWS_DEFAULT_REGION" ;;
esac
"""
SESSION_KEYS = {
    "AWS_ACCESS_KEY_ID": "ASIAPLANTEDPLANTED12",
    "AWS_SECRET_ACCESS_KEY": "planted",
    "AWS_SESSION_TOKEN": "planted",
}
TWO_REGIONS = {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-south-1"}
STOP = ("guard", "--", "aws", "ec2", "stop-instances", "--instance-ids", "i-1")


@pytest.mark.parametrize(
    ("version", "region"),
    [
        ("aws-cli/1.40.0 Python/3.12.1 Linux/6 botocore/1.38.0", "eu-south-1"),
        ("aws-cli/2.17.0 Python/3.11.8 Linux/6 exe/x86_64", "eu-north-1"),
    ],
)
def test_the_cli_version_decides_between_two_region_variables(
    run: Run, tmp_path: Path, version: str, region: str
) -> None:
    outcome = run(*STOP, env=SESSION_KEYS | TWO_REGIONS | path_to(tmp_path, version))
    assert (outcome.exit_code, outcome.stdout) == (0, f"{region} {region}\n")
    assert f"region {region}," in outcome.stderr
    assert "AWS_REGION and AWS_DEFAULT_REGION differ" in outcome.stderr


def test_region_variables_that_differ_are_refused_for_an_unknown_cli(
    run: Run, tmp_path: Path
) -> None:
    outcome = run(*STOP, env=SESSION_KEYS | TWO_REGIONS | path_to(tmp_path, "some other aws"))
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert "name the region with --region" in outcome.stderr


@pytest.mark.parametrize(
    ("version", "region", "used"),
    [
        ("aws-cli/1.40.0 Python/3.12.1 Linux/6 botocore/1.38.0", "eu-south-1", "eu-south-1"),
        ("aws-cli/2.17.0 Python/3.11.8 Linux/6 exe/x86_64", "eu-north-1", "eu-north-1"),
    ],
)
def test_the_cli_version_decides_between_region_variable_and_profile(
    run: Run, tmp_path: Path, files: AwsFiles, version: str, region: str, used: str
) -> None:
    files.write(config="[default]\nregion = eu-south-1\n")
    env = SESSION_KEYS | {"AWS_REGION": "eu-north-1"} | path_to(tmp_path, version)
    outcome = run(*STOP, env=env)
    assert (outcome.exit_code, outcome.stdout) == (0, f"{used} {used}\n")
    assert f"region {region}," in outcome.stderr
    assert "AWS_REGION and the profile differ" in outcome.stderr


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_an_empty_profile_variable_is_refused(run: Run, name: str) -> None:
    outcome = run(*STOP, env=SESSION_KEYS | {name: ""})
    assert (outcome.exit_code, outcome.stdout) == (3, "")
    assert f"hint: unset {name}\n" in outcome.stderr


def test_an_empty_region_variable_is_kept(run: Run, tmp_path: Path, files: AwsFiles) -> None:
    files.write(config="[default]\nregion = eu-south-1\n")
    env = SESSION_KEYS | {"AWS_DEFAULT_REGION": ""} | path_to(tmp_path, "aws-cli/1.40.0 x")
    outcome = run(*STOP, env=env)
    assert (outcome.exit_code, outcome.stdout) == (0, " \n")
    assert "region not set," in outcome.stderr


def path_to(folder: Path, version: str) -> dict[str, str]:
    """Return a PATH whose first `aws` reports this version."""
    program = folder / "aws"
    program.write_text(AWS.format(version=version))
    program.chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
