"""Lint's work is in proportion to a policy's length: four times as long, not sixteen times as much.

The work is counted as calls of functions, so that no other load of the machine changes the result.
"""

from __future__ import annotations

import cProfile
import json
from typing import TYPE_CHECKING, Any

import pytest

from mfa_session.policy.lint import lint
from mfa_session.policy.reading import read_document
from policy.statements import (
    CARE,
    FALSE,
    IF_TRUE,
    ME,
    MY_DEVICE,
    WITH,
    WITHOUT,
    allow,
    deny,
    deny_but,
    older,
    on,
)

if TYPE_CHECKING:
    from collections.abc import Callable

FEW, MANY = 30, 120
MOST = 4.6  # times the work: four are for the length
BUCKET = "arn:aws:s3:::books/*"


def user(number: int) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::123456789012:user/u{number}"}


def role(number: int) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::123456789012:role/r{number}"}


def both(**elements: Any) -> list[dict[str, Any]]:
    """Return a Deny that misses keys, and an Allow of the same that lets them through."""
    made = [deny("s3:GetObject", FALSE, **elements), allow("s3:GetObject", IF_TRUE, **elements)]
    for each in made:
        for name in ("Action", "Resource"):
            if f"Not{name}" in elements:
                each.pop(name, None)
    return made


SHAPES: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "Action": lambda n: both(Action=f"s3:Get{n}*"),
    "Action, by its middle": lambda n: both(Action=f"s3:*{n}*"),
    "NotAction": lambda n: both(NotAction=["iam:ListMFADevices", f"s3:Get{n}"]),
    "Resource": lambda n: both(Resource=f"arn:aws:s3:::b{n}/*"),
    "NotResource": lambda n: both(NotResource=f"arn:aws:s3:::b{n}/*"),
    "Principal": lambda n: both(Principal=user(n), Resource=BUCKET),
    "NotPrincipal": lambda n: both(NotPrincipal=user(n), Resource=BUCKET),
    "value": lambda n: [
        deny("s3:*", {**FALSE, **on("StringEquals", "aws:PrincipalTag/t", f"v{n}")}),
        allow("s3:*", on("StringEquals", "aws:PrincipalTag/t", f"v{n}")),
    ],
    "key": lambda n: [deny("s3:*", {**FALSE, **on("StringEquals", f"aws:PrincipalTag/t{n}", "v")})],
    "age": lambda n: [deny("s3:*", older(str(1000 + n)))],
    "Sid": lambda n: both(Sid=f"AllowWithMFA{n}"),
    "one Sid": lambda _: both(Sid="Same"),
    "Denies for everybody, and roles": lambda n: [
        deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET, Sid=f"S{n}"),
        allow("s3:GetObject", Principal=role(n), Resource=BUCKET),
    ],
    "Denies for everybody, and users": lambda n: [
        deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET, Sid=f"S{n}"),
        allow("s3:GetObject", Principal=user(n), Resource=BUCKET),
    ],
    "Denies for all but a role": lambda n: [
        deny("s3:*", WITHOUT, Principal="*", Resource=BUCKET, Sid=f"S{n}"),
        deny("s3:*", NotPrincipal=role(n), Resource="arn:aws:s3:::films/*"),
    ],
    "removals, exempt and allowed": lambda n: [
        deny_but(["iam:DeleteVirtualMFADevice", f"svc{n}:*"], WITHOUT),
        allow(["iam:DeactivateMFADevice", f"svc{n}:Get"], Resource=ME),
    ],
    "services, with MFA and without": lambda n: [
        allow(f"svc{n}:*", IF_TRUE),
        allow(f"svc{n}:*"),
        deny_but(["iam:*", f"svc{n}:Get*"], FALSE),
    ],
    "devices on other resources": lambda n: [
        allow("iam:EnableMFADevice", WITH, Resource=f"arn:aws:iam::*:mfa/m{n}"),
        allow("iam:EnableMFADevice", Resource=f"arn:aws:iam::*:user/m{n}"),
    ],
    "users exempt, whose names end otherwise": lambda n: [
        allow("*"),
        deny("*", WITHOUT, NotResource=[f"{ME}{n}", f"{MY_DEVICE}{n}"]),
        deny_but(CARE, WITHOUT, Resource=["arn:aws:iam::*:user/*", f"{MY_DEVICE}{n}"]),
    ],
    "users exempt, whose names begin otherwise": lambda n: [
        allow("*"),
        deny_but(CARE, WITHOUT, NotResource=f"arn:aws:iam::*:user/{n}-*"),
    ],
    "users exempt, and others denied": lambda n: [
        deny("*", WITHOUT, NotResource=f"arn:aws:iam::*:user/{n}-${{aws:username}}"),
        deny_but(CARE, WITHOUT, Resource=f"arn:aws:iam::*:user/{n}-*"),
    ],
    "public, and partly denied": lambda n: [
        allow("s3:*", Principal="*", Resource=f"{BUCKET}{n}"),
        deny("s3:DeleteObject", WITHOUT, Principal="*", Resource=f"{BUCKET}{n}"),
    ],
    "a service, and Denies for everybody": lambda _: [
        allow("kms:*", Principal={"Service": "logs.amazonaws.com"}),
        deny("kms:Decrypt", WITHOUT, Principal="*", Sid="Same"),
    ],
    "a role, and Denies of what its pattern includes": lambda n: [
        allow("s3:*", Principal=role(n)),
        deny("s3:DeleteObject", WITHOUT, Principal="*"),
    ],
    "Denies that each exempt somebody else": lambda n: [
        deny(f"svc{n}:*", {**WITHOUT, **on("StringNotEquals", "aws:username", f"u{n}")}),
    ],
    "Sids that demand, and other ways in": lambda n: [
        allow(f"svc{n}:*", WITH, Sid=f"OnlyWithMfa{n}"),
        allow(f"svc{n}:Get", on("IpAddress", "aws:SourceIp", "192.0.2.0/24"), Sid=f"Must{n}"),
    ],
    "versions that a Deny leaves out": lambda n: [
        allow(["s3:DeleteObject", "s3:DeleteObjectVersion"], Resource=f"{BUCKET}{n}"),
        deny("s3:DeleteObject", WITHOUT, Resource=f"{BUCKET}{n}"),
    ],
    "enrolment by others": lambda n: [
        deny("iam:CreateVirtualMFADevice", Resource="*", Sid=f"S{n}"),
        deny_but([f"svc{n}:*"], WITHOUT),
    ],
    "roles that are users": lambda n: [
        allow("sts:AssumeRole", WITH, Resource=f"arn:aws:iam::123456789012:user/u{n}"),
    ],
}
LISTS: dict[str, Callable[[list[int]], dict[str, Any]]] = {
    "Action": lambda all_: {"Action": [f"svc{n}:Get{n}" for n in all_]},
    "NotAction": lambda all_: {"NotAction": [f"s3:Get{n}*" for n in all_]},
    "Resource": lambda all_: {"Resource": [f"arn:aws:s3:::b{n}/*" for n in all_]},
    "NotResource": lambda all_: {"NotResource": [f"arn:aws:s3:::b{n}/*" for n in all_]},
    "Principal": lambda all_: {"Principal": {"AWS": [user(n)["AWS"] for n in all_]}},
    "NotPrincipal": lambda all_: {
        "Resource": BUCKET,
        "NotPrincipal": {"AWS": [*(user(n)["AWS"] for n in all_), "123456789012"]},
    },
}


def calls_in_lint(statements: list[dict[str, Any]]) -> int:
    document = read_document("p.json", json.dumps({"Statement": statements}))
    profile = cProfile.Profile()  # it counts in C: on Python 3.10 in 60 % of the time
    profile.runcall(lint, document)
    return sum(entry.callcount for entry in profile.getstats())


@pytest.mark.parametrize("shape", SHAPES)
def test_many_statements_that_differ_are_work_in_proportion(shape: str) -> None:
    few, many = (
        calls_in_lint([each for n in range(count) for each in SHAPES[shape](n)])
        for count in (FEW, MANY)
    )
    assert many < MOST * few


@pytest.mark.parametrize("element", LISTS)
def test_a_long_list_is_work_in_proportion(element: str) -> None:
    few, many = (calls_in_lint(both(**LISTS[element](list(range(n))))) for n in (FEW, MANY))
    assert many < MOST * few
