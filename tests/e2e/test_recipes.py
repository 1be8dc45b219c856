"""The recipes of docs/recipes.md work with the tools that are installed here."""

from __future__ import annotations

import base64
import json
import os
import re
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

import processes
from fakes import file_keyring
from places import long_term

if TYPE_CHECKING:
    from conftest import Run
    from full_sandbox import FullSandbox
    from mfa_session.sandbox.identities import Device, User
    from places import AwsFiles
    from sandboxed import LogIn

BACKEND = """\
terraform {
  backend "s3" {
    bucket = "state"
    key = "books"
    region = "us-east-1"
    use_path_style = true
    skip_s3_checksum = true
  }
}
output "read" {
  value = "well"
}
"""
APPLY = "terraform init -no-color && terraform apply -no-color -auto-approve"


@pytest.fixture
def project(log_in: LogIn, home: Path) -> Path:
    """Log in, and make a Terraform project whose state is kept in a bucket."""
    log_in()
    bucket = ["aws", "s3api", "create-bucket", "--bucket", "state", "--region", "us-east-1"]
    assert processes.run_process([*bucket, "--profile", "mfa"]).exit_code == 0
    (home / "main.tf").write_text(BACKEND)
    return home


@pytest.mark.slow  # no package index has Terraform; run before a release
@pytest.mark.parametrize(
    "how", [(), ("exec", "--"), ("exec", "--serve", "--")], ids=["profile", "exec", "serve"]
)
def test_terraform_keeps_its_state_with_the_session(
    project: Path, aws: FullSandbox, program: str, how: tuple[str, ...]
) -> None:
    before = len(aws.calls)
    env = {"CHECKPOINT_DISABLE": "1", **({} if how else {"AWS_PROFILE": "mfa"})}
    line = [program, *how, "sh", "-c", APPLY] if how else ["sh", "-c", APPLY]
    outcome = processes.run_process(line, env, cwd=str(project))
    assert (outcome.exit_code, 'read = "well"' in outcome.stdout) == (0, True), outcome
    signed_by = {(call.access_key_id or "")[:4] for call in list(aws.calls)[before:]}
    assert signed_by == {"ASIA"}


def test_the_token_for_eks_is_signed_with_the_session(log_in: LogIn, carols: AwsFiles) -> None:
    log_in()
    section = carols.section("mfa")
    assert section is not None
    command = ["aws", "eks", "get-token", "--cluster-name", "books"]
    outcome = processes.run_process([*command, "--region", "eu-west-1"], {"AWS_PROFILE": "mfa"})
    token = json.loads(outcome.stdout)["status"]["token"].removeprefix("k8s-aws-v1.")
    address = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
    signed = parse_qs(urlsplit(address).query)
    assert signed["X-Amz-Credential"][0].startswith(section["aws_access_key_id"] + "/")
    assert signed["X-Amz-Security-Token"] == [section["aws_session_token"]]


def test_a_file_of_variables_holds_the_session_and_not_the_long_term_keys(
    run: Run, log_in: LogIn, carols: AwsFiles, carol: User
) -> None:
    log_in()
    section = carols.section("mfa")
    assert section is not None
    lines = run("env", "--shell", "dotenv").stdout.splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    assert variables["AWS_ACCESS_KEY_ID"] == section["aws_access_key_id"]
    assert variables["AWS_SESSION_TOKEN"] == section["aws_session_token"]
    assert carol.secret_access_key not in str(variables)


@pytest.mark.parametrize(
    "command",
    [
        ("login", "--profile", "mfa"),
        ("login", "--no-input", "--min-ttl", "8h"),
        ("credential-process", "--profile", "mfa"),
        ("env", "--profile", "mfa", "--shell", "json"),
    ],
    ids=lambda command: command[0],
)
def test_a_program_without_a_terminal_renews_from_the_keyring(
    run: Run, carols: AwsFiles, carol: User, phone: Device, home: Path, command: tuple[str, ...]
) -> None:
    keyring = {
        "PYTHON_KEYRING_BACKEND": file_keyring.NAME,
        "PYTHONPATH": str(Path(file_keyring.__file__).parent),
        "FILE_KEYRING": str(home / "keyring"),
    }
    carols.write(long_term(carol) + f"mfa_serial = {phone.serial}\nregion = eu-west-1\n")
    denied = run(*command, env=keyring)
    assert (denied.exit_code, "mfa-session login" in denied.stderr) == (4, True)
    stored = run("totp", "add", "--insecure-keyring", input=phone.secret, env=keyring)
    assert stored.exit_code == 0, stored
    carols.write(settings="[keyring]\ninsecure = true\n")
    outcome = run(*command, env=keyring)
    assert outcome.exit_code == 0, outcome
    assert carols.section("mfa") is not None


def test_the_hint_for_terraforms_language_lints_the_plan(run: Run, home: Path) -> None:
    """A script that prints a plan stands in for Terraform."""
    (home / "main.tf").write_text('resource "aws_iam_policy" "x" {}\n')
    refused = run("policy", "lint", str(home / "main.tf"))
    assert refused.exit_code == 3
    (command,) = re.findall(r"`(terraform [^`]*)`", refused.stderr)
    tools = home / "bin"
    tools.mkdir()
    document = {"Version": "2012-10-17", "Statement": []}
    policy = {
        "address": "aws_iam_policy.x",
        "type": "aws_iam_policy",
        "values": {"policy": json.dumps(document)},
    }
    plan = {"format_version": "1.2", "planned_values": {"root_module": {"resources": [policy]}}}
    (tools / "terraform").write_text(f"#!/bin/sh\n[ $1 = plan ] || echo '{json.dumps(plan)}'\n")
    (tools / "terraform").chmod(0o755)
    path = os.pathsep.join([str(tools), sysconfig.get_path("scripts"), os.environ["PATH"]])
    outcome = processes.run_process(["bash", "-c", command], {"PATH": path})
    assert (outcome.exit_code, "hint" in outcome.stderr) == (0, False), outcome
