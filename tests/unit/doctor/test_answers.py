"""Each answer of AWS leads to its finding, or to none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from doctor.scenes import KEY_ID, NOW, SERIAL, device, key, look, scene, severities
from mfa_session.doctor.answers import NOT_REACHED, device_present
from mfa_session.doctor.checks import AwsFacts, KeyFacts, NotAsked
from mfa_session.model.errors import (
    ConfigurationError,
    MfaSessionError,
    RefusedError,
    UnreachableError,
)
from mfa_session.model.iam import AccessKey

OTHER = SERIAL.replace("carols", "daves")
PASSKEY = "arn:aws:iam::123456789012:u2f/user/carol/key"
DOWN = UnreachableError("not-aws", "a portal answers", "sign in")
CLOCK = UnreachableError("clock-off", "the clock is off", "set it")
DENIED = RefusedError("not-authorized", "that is not allowed", "ask")
INVALID = RefusedError("invalid-key", "AWS does not know the key", "check it")
REGION = RefusedError("region-disabled", "STS is off", "use another")
THROTTLED = RefusedError("throttled", "too many", "later")
ROOT = "arn:aws:iam::123456789012:root"


def aws(*keys: KeyFacts, reached: MfaSessionError | NotAsked | None = None, **more: Any) -> Any:
    return scene(aws=AwsFacts(**{"reached": reached, "clock_seconds": 0, "keys": keys, **more}))


def aged(days: float) -> KeyFacts:
    made = NOW - timedelta(days=days)
    return key(keys=(AccessKey(id=KEY_ID, is_active=True, created_at=made),))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, []),
        (59, []),
        (60, ["warning"]),
        (-60, ["warning"]),
        (899, ["warning"]),
        (-900, ["error"]),
        (None, ["skipped"]),
    ],
)
def test_a_clock_that_is_off_is_a_warning_and_from_15_minutes_an_error(
    seconds: int | None, expected: list[str]
) -> None:
    assert severities("clock", aws(key(), clock_seconds=seconds)) == expected


@pytest.mark.parametrize(("days", "expected"), [(90.9, []), (91, ["warning"]), (2000, ["warning"])])
def test_a_key_older_than_90_days_is_a_warning(days: float, expected: list[str]) -> None:
    assert severities("key-age", aws(aged(days))) == expected


def test_the_age_of_the_users_other_key_does_not_matter() -> None:
    old = AccessKey(id="AKIAANOTHERANOTHER12", is_active=True, created_at=NOW - timedelta(999))
    assert look("key-age", aws(key(keys=(old,)))) == []


@pytest.mark.parametrize(
    ("check", "inputs", "expected"),
    [
        ("sts-reach", {}, []),
        ("sts-reach", {"identity": DOWN}, ["error"]),
        ("sts-reach", {"identity": REGION}, ["error"]),
        ("sts-reach", {"identity": INVALID}, []),
        ("sts-reach", {"identity": CLOCK}, []),
        ("key-identity", {"identity": INVALID}, ["error"]),
        ("key-identity", {"identity": DOWN}, ["skipped"]),
        ("key-identity", {"identity": CLOCK}, ["skipped"]),
        ("key-identity", {"identity": THROTTLED}, ["skipped"]),
        ("key-identity", {"identity": NotAsked(reason="why")}, ["skipped"]),
        ("key-age", {"keys": DENIED}, ["skipped"]),
        ("key-age", {"keys": NotAsked(reason="late")}, ["skipped"]),
        ("root-key", {"identity": ROOT}, ["error"]),
        ("device-present", {"identity": ROOT, "devices": ()}, []),
        ("device-present", {"devices": ()}, ["error"]),
        ("device-present", {"devices": (), "is_source": False}, ["note"]),
        ("device-present", {"devices": (device(PASSKEY, "passkey"),)}, ["error"]),
        ("device-present", {"devices": (device(PASSKEY, "passkey"), device(SERIAL))}, []),
        ("device-present", {"devices": DENIED}, ["skipped"]),
        ("device-owner", {"serials": {SERIAL: "session 'mfa'"}}, []),
        ("device-owner", {"serials": {OTHER: "session 'mfa'"}}, ["error"]),
        ("device-owner", {"serials": {OTHER: "session 'mfa'"}, "devices": ()}, []),
        ("device-owner", {"serials": {OTHER: "session 'mfa'"}, "devices": DENIED}, ["skipped"]),
        ("device-choice", {"devices": (device(SERIAL), device(OTHER))}, ["note"]),
        ("device-choice", {"devices": (device(SERIAL), device(PASSKEY, "passkey"))}, []),
        (
            "device-choice",
            {"devices": (device(SERIAL), device(OTHER)), "serials": {SERIAL: "x"}},
            [],
        ),
    ],
)
def test_each_answer_about_a_key_has_its_severity(
    check: str, inputs: dict[str, Any], expected: list[str]
) -> None:
    assert severities(check, aws(key(**inputs))) == expected


def test_the_key_is_named_once() -> None:
    label = key().caller.label()
    named = RefusedError("invalid-key", f"AWS does not know the access key {label}", "check it")
    assert look("key-identity", aws(key(identity=named))) == [("error", named.message)]


def test_an_inactive_key_is_called_inactive_if_the_list_shows_it() -> None:
    listed = (AccessKey(id=KEY_ID, is_active=False, created_at=NOW),)
    assert look("key-identity", aws(key(identity=INVALID, keys=listed))) == [
        ("error", f"{KEY_ID} (profile 'default'): it is inactive")
    ]


@pytest.mark.parametrize(
    ("session", "profile", "cure"),
    [
        ("mfa", "default", "mfa-session device enroll"),
        ("mfa", None, "mfa-session device enroll"),
        ("work", "work-keys", "mfa-session device enroll --profile work"),
        (None, "work", "mfa-session device enroll --profile work"),
        (None, "default", "mfa-session device enroll"),
    ],
)
def test_the_cure_enrolls_a_device_for_the_session_of_the_key(
    session: str | None, profile: str | None, cure: str
) -> None:
    caller = key().caller.replace(profile=profile)
    at = aws(key(devices=(), caller=caller, session=session))
    assert [found.cure for found in device_present.look(at)] == [cure]


def test_the_same_finding_of_several_keys_is_reported_once() -> None:
    two = (key(identity=DOWN, keys=DOWN, devices=DOWN),) * 2
    assert look("sts-reach", aws(*two)) == [("error", "a portal answers")]
    for check in ("key-identity", "root-key", "key-age", "device-present", "device-owner"):
        assert look(check, aws(*two)) == [("skipped", NOT_REACHED)]


def test_if_no_key_was_asked_about_each_check_gives_the_reason() -> None:
    at = aws(reached=NotAsked(reason="botocore fails"), clock_seconds=None)
    for check in ("sts-reach", "clock", "key-identity", "key-age", "device-present"):
        assert look(check, at) == [("skipped", "botocore fails")]


def test_a_source_that_was_not_asked_about_is_reported() -> None:
    at = aws(key(), unasked={"profile 'op'": "its credential_process was not run"})
    assert look("key-age", at) == [("skipped", "profile 'op': its credential_process was not run")]


def test_a_request_that_the_sdk_did_not_send_is_no_fault_of_the_key() -> None:
    error = ConfigurationError("bad-region", "'x y' is not a region", "correct it")
    assert look("sts-reach", aws(key(identity=error))) == [("error", "'x y' is not a region")]
    assert look("key-identity", aws(key(identity=error))) == [("skipped", NOT_REACHED)]
