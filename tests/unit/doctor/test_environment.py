"""Each state of the environment has its findings."""

from __future__ import annotations

import pytest

from doctor.scenes import OWN, scene, severities

LONG_TERM = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE99", "AWS_SECRET_ACCESS_KEY": "x"}
SESSION = {**LONG_TERM, "AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE99", "AWS_SESSION_TOKEN": "t"}
OVER = {"AWS_SESSION_EXPIRATION": "2031-01-31T11:59:59Z"}
ALIVE = {"AWS_CREDENTIAL_EXPIRATION": "2031-01-31T12:00:01Z"}
WORK = OWN.replace("default", "work")


@pytest.mark.parametrize(
    ("environ", "credentials", "expected"),
    [
        ({}, OWN, []),
        (LONG_TERM, OWN, ["warning"]),
        (LONG_TERM, "", []),  # there is no profile to override
        (LONG_TERM, WORK, []),
        ({**LONG_TERM, "AWS_PROFILE": "work"}, WORK, ["warning"]),
        (SESSION, OWN, ["warning"]),
        ({**SESSION, "MFA_SESSION_ACTIVE": "mfa"}, OWN, []),
        ({**LONG_TERM, "MFA_SESSION_ACTIVE": "mfa"}, OWN, ["warning"]),  # replaced those of exec
        ({**SESSION, **OVER}, OWN, []),  # reported by environment-session
        ({"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE99"}, OWN, []),  # by environment-halves
    ],
)
def test_keys_that_override_a_profile_are_a_warning(
    environ: dict[str, str], credentials: str, expected: list[str]
) -> None:
    assert severities("environment-keys", scene(credentials, environ=environ)) == expected


@pytest.mark.parametrize(
    ("check", "environ", "expected"),
    [
        ("environment-halves", LONG_TERM, []),
        ("environment-halves", SESSION, []),
        ("environment-halves", {"AWS_ACCESS_KEY_ID": "AKIA"}, ["error"]),
        ("environment-halves", {"AWS_SECRET_ACCESS_KEY": "x"}, ["error"]),
        ("environment-halves", {**SESSION, "AWS_SESSION_TOKEN": ""}, ["error"]),
        ("environment-halves", {**LONG_TERM, "AWS_SESSION_TOKEN": "t"}, ["error"]),
        ("environment-session", SESSION, []),
        ("environment-session", {**SESSION, **ALIVE}, []),
        ("environment-session", {**SESSION, **OVER}, ["error"]),
        ("environment-session", {**LONG_TERM, **OVER}, []),
        ("environment-session", {**SESSION, "AWS_SESSION_EXPIRATION": "soon"}, []),
        ("environment-token", {**SESSION, "AWS_SECURITY_TOKEN": "t"}, []),
        ("environment-token", {**SESSION, "AWS_SECURITY_TOKEN": "u"}, ["error"]),
        ("environment-profile", {"AWS_PROFILE": "default"}, []),
        ("environment-profile", {"AWS_PROFILE": ""}, []),
        ("environment-profile", {"AWS_PROFILE": "nobody"}, ["error"]),
        ("environment-profile", {"AWS_DEFAULT_PROFILE": "nobody"}, ["error"]),
        (
            "environment-profile",
            {"AWS_DEFAULT_PROFILE": "default", "AWS_PROFILE": "nobody"},
            [],
        ),
        ("two-profile-variables", {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "a"}, []),
        ("two-profile-variables", {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": ""}, []),
        ("two-profile-variables", {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}, ["warning"]),
        ("two-region-variables", {"AWS_REGION": "a", "AWS_DEFAULT_REGION": "a"}, []),
        ("two-region-variables", {"AWS_REGION": "a"}, []),
        ("unread-variable", {"MFA_SESSION_ACTIVE": "mfa", "MFA_SESSION_GUARDED": "x"}, []),
        ("unread-variable", {"MFA_SESSION_": "", "MFA_SESSION_TTL": ""}, ["warning"] * 2),
    ],
)
def test_each_environment_has_its_findings(
    check: str, environ: dict[str, str], expected: list[str]
) -> None:
    assert severities(check, scene(environ=environ)) == expected
