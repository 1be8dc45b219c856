"""The doctor runs its checks in order, and masks a report that is shared."""

from __future__ import annotations

from typing import NoReturn

import pytest

from doctor.scenes import scene
from mfa_session.doctor.checks import PROFILES, Check, Diagnosis, note, warning
from mfa_session.doctor.command import CHECK_FAILED, GROUPS, Mask, examine
from mfa_session.model.feature_ports import CREDENTIALS, SETTINGS, STATE

EVERY = [check for checks in GROUPS.values() for check in checks]


def test_every_check_passes_in_a_healthy_scene() -> None:
    said = examine(scene())
    assert [(each.id, each.severity, each.finding) for each in said] == [
        (check.id, "ok", check.fine) for check in EVERY
    ]


@pytest.mark.parametrize("part", [*PROFILES, SETTINGS, STATE])
def test_a_missing_part_skips_the_checks_that_need_it(part: str) -> None:
    said = examine(scene(missing={part: "it is gone"}))
    skipped = {each.id: each.finding for each in said if each.severity == "skipped"}
    needing = [check.id for check in EVERY if part in check.needs]
    assert skipped == dict.fromkeys(needing, "it is gone")
    assert needing != []


def test_the_worst_result_of_a_group_comes_first() -> None:
    def fail(_scene: object) -> NoReturn:
        raise KeyError("secret")

    checks = (
        Check(group="files", id="a", fine="a is fine", look=lambda _scene: []),
        Check(
            group="files", id="b", fine="", look=lambda _scene: [note("n"), warning("w", "mend it")]
        ),
        Check(group="files", id="c", fine="", look=fail),
        Check(group="files", id="d", fine="", look=lambda _scene: [], needs=(CREDENTIALS,)),
    )

    def result(check: str, severity: str, finding: str, cure: str = "") -> Diagnosis:
        return Diagnosis(id=check, group="files", severity=severity, finding=finding, cure=cure)

    assert examine(scene(missing={CREDENTIALS: "gone"}), {"files": checks}) == [
        result("b", "warning", "w", "mend it"),
        result("b", "note", "n"),
        result("a", "ok", "a is fine"),
        result("c", "skipped", f"{CHECK_FAILED} (KeyError)"),
        result("d", "skipped", "gone"),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("account 123456789012 and 123456789012", "account <account 1> and <account 1>"),
        ("210987654321, 123456789012", "<account 1>, <account 2>"),
        ("1234567890123 is none", "1234567890123 is none"),
        ("key AKIAEXAMPLEEXAMPLE12 is old", "key AKIA*** is old"),
        ("ASIAEXAMPLEEXAMPLE12", "ASIA***"),
        ("'arn:aws:iam::123456789012:mfa/x/carol'", "'arn:aws:iam::<account 1>:mfa/***'"),
        (
            "arn:aws:sts::123456789012:assumed-role/Ops/carol@acme.example has",
            "arn:aws:sts::<account 1>:assumed-role/*** has",
        ),
        ("arn:aws:iam::123456789012:group/acme", "arn:aws:iam::<account 1>:group/***"),
        ("arn:aws:s3:::acme-books/x", "arn:aws:s3:::***"),
        ("user AIDAEXAMPLEEXAMPLE1, role AROAEXAMPLEEXAMPLE1", "user AIDA***, role AROA***"),
        ("ask carol.b+aws@acme.example", "ask ***"),
        ("https://acme.awsapps.com/start", "https://***/start"),
        ("https://sts.eu-west-1.amazonaws.com/", "https://sts.eu-west-1.amazonaws.com/"),
        (
            "proxy http://carol:pw@proxy.acme.example:8080",
            "proxy http://***@***:8080",
        ),
        ("arn:aws:iam::123456789012:root", "arn:aws:iam::<account 1>:root"),
        ("/opt/acme/code, /usr/bin/op and /tmp/x", "/opt/***, /usr/bin/op and /tmp/x"),
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("/mnt/c/Users/carol/.aws and /srv/carol", "/mnt/*** and /srv/***"),
        ("arn:aws-cn:iam::123456789012:user/carol has", "arn:aws-cn:iam::<account 1>:user/*** has"),
        ("device GAHT12345678", "device GA***"),
        ("chmod 600 /home/carol/.aws/credentials", "chmod 600 ~/.aws/credentials"),
        ("profile 'mfa' is fine", "profile 'mfa' is fine"),
    ],
)
def test_texts_name_no_account_person_host_or_path(text: str, shown: str) -> None:
    assert Mask("/home/carol").text(text) == shown


def test_names_of_profiles_are_masked_as_whole_words() -> None:
    mask = Mask("/home/carol", ["acme", "acme-prod", "default", "mfa", "x", ""])
    said = mask.text("profile 'acme-prod' of [profile acme]: `mfa-session login --profile acme`, x")
    assert said == (
        "profile '<profile 2>' of [profile <profile 1>]: "
        "`mfa-session login --profile <profile 1>`, x"
    )
    assert mask.text("default, mfa, acme-production") == "default, mfa, acme-production"


def test_data_is_masked_at_every_depth_like_texts() -> None:
    mask = Mask("/home/carol")
    data = {"checks": [{"finding": "123456789012", "cure": None}], "fixed": ("/home/carol/x",)}
    assert mask.data(data) == {
        "checks": [{"finding": "<account 1>", "cure": None}],
        "fixed": ["~/x"],
    }
    assert mask.text("123456789012") == "<account 1>"


def test_a_root_or_missing_home_masks_nothing() -> None:
    assert Mask("/").text("/etc/b") == "/etc/b"
    assert Mask(None).text("/etc/b") == "/etc/b"
