"""What `policy lint` costs for a whole account and for a large Terraform plan.

    python benchmarks/policies.py

Invents the inputs, runs the installed console script as a real process, and measures its CPU time
and memory, which other programs on the machine hardly change. Exits 1 above a limit.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "mfa-session")
RIGHT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
WRONG = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}


class Case(NamedTuple):
    """An input, and what linting it may cost; no limit is None."""

    name: str
    text: str
    policies: int
    cpu_seconds: float
    megabytes: float | None


class Cost(NamedTuple):
    """What one run took, and its messages."""

    cpu_seconds: float
    megabytes: float
    said: str


def main() -> int:
    """Measure, print, and return the exit code."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    over = False
    for case in (account(), plan()):
        cost = lint(case.text)
        if f"{case.policies} policies" not in cost.said:
            raise SystemExit(f"{case.name}: {cost.said}")
        is_over = cost.cpu_seconds > case.cpu_seconds or (
            case.megabytes is not None and cost.megabytes > case.megabytes
        )
        over = over or is_over
        limit = f", {case.megabytes:.0f} MB" if case.megabytes else ""
        print(
            f"{case.name} ({len(case.text) / 1e6:.1f} MB, {case.policies} policies): "
            f"{cost.cpu_seconds:.2f} s CPU, {cost.megabytes:.0f} MB "
            f"(limit {case.cpu_seconds:.0f} s{limit}){'  OVER' if is_over else ''}"
        )
    return int(over)


def lint(text: str) -> Cost:
    """Lint a text twice, the first time to compile; return the cost of the second."""
    with tempfile.TemporaryDirectory(prefix="mfa-session-bench-") as folder:
        path = Path(folder) / "input.json"
        path.write_text(text, encoding="utf-8")
        command = [PROGRAM, "policy", "lint", str(path)]
        subprocess.run(command, capture_output=True, check=False)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    per_megabyte = 1_000_000 if sys.platform == "darwin" else 1_000
    return Cost(cpu_seconds, after.ru_maxrss / per_megabyte, done.stderr)


def account() -> Case:
    """Make the answer of get-account-authorization-details: 1,000 policies, 5 MB."""
    managed = [
        {
            "PolicyName": f"team-{number}",
            "Arn": f"arn:aws:iam::123456789012:policy/team-{number}",
            "DefaultVersionId": "v1",
            "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0,
            "PolicyVersionList": [
                {"VersionId": "v1", "IsDefaultVersion": True, "Document": _policy(number)}
            ],
        }
        for number in range(800)
    ]
    roles = [
        {
            "RoleName": f"role-{number}",
            "Arn": f"arn:aws:iam::123456789012:role/role-{number}",
            "AssumeRolePolicyDocument": _trust(),
            "RolePolicyList": [],
            "AttachedManagedPolicies": [],
        }
        for number in range(200)
    ]
    details = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": roles}
    text = json.dumps({**details, "Policies": managed}, indent=4)
    return Case("account", text, 1000, cpu_seconds=2, megabytes=200)


def plan() -> Case:
    """Make the answer of `terraform show -json`: 20 MB, one resource of ten a policy."""
    resources = [_resource(number) for number in range(11_500)]
    changes = [
        {**each, "change": {"actions": ["update"], "before": values, "after": values}}
        for each in resources
        for values in [each["values"]]
    ]
    whole = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": changes,
    }
    return Case("plan", json.dumps(whole), 1150, cpu_seconds=5, megabytes=None)


def _policy(number: int) -> dict[str, Any]:
    """Make a policy of some length; one in ten has a mistake."""
    statements = [
        {
            "Sid": f"Part{part}",
            "Effect": "Allow" if part else "Deny",
            "Action": [f"ec2:Describe{number}Things{n}" for n in range(20)],
            "Resource": [f"arn:aws:s3:::bucket-{number}-{n}/prefix/*" for n in range(15)],
            **({} if part else {"Condition": RIGHT if number % 10 else WRONG}),
        }
        for part in range(2)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _trust() -> dict[str, Any]:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Condition": condition}]}


def _resource(number: int) -> dict[str, Any]:
    is_policy = number % 10 == 0
    kind = "aws_iam_policy" if is_policy else "aws_instance"
    statement = {"Effect": "Deny", "Action": ["ec2:StopInstances"], "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Condition": RIGHT}]}
    instance = {
        "arn": f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{number:017}",
        "ami": "ami-0123456789abcdef0",
        "tags": {"Name": f"worker-{number}", "team": "books"},
        "ebs_block_device": [{"volume_size": 8, "volume_type": "gp3", "encrypted": True}],
        "monitoring": False,
        "subnet_id": f"subnet-{number}",
        "user_data": None,
        "vpc_security_group_ids": [f"sg-{number}", f"sg-{number + 1}"],
    }
    return {
        "address": f"{kind}.r{number}",
        "mode": "managed",
        "type": kind,
        "name": f"r{number}",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "schema_version": 1,
        "values": {"policy": json.dumps(policy)} if is_policy else instance,
    }


if __name__ == "__main__":
    sys.exit(main())
