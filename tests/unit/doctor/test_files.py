"""Each state of the files has its findings."""

from __future__ import annotations

from typing import Any

import pytest

from doctor.scenes import KEY_ID, OWN, SERIAL, look, scene, severities
from mfa_session.doctor.checks import KeyringFacts
from mfa_session.doctor.profiles import section_header
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.feature_ports import CREDENTIALS, STATE, Place

ROLE = "role_arn = arn:aws:iam::444455556666:role/Books\n"
PAIR = f"aws_access_key_id = {KEY_ID}\naws_secret_access_key = secret\n"
ASIA = "aws_access_key_id = ASIAEXAMPLEEXAMPLE12\naws_secret_access_key = secret\n"
SIGN_IN = "arn:aws:sts::999999999999:assumed-role/Admin/bob@example.com"
REGION = "[profile mfa]\nregion = x\n"
FROM_SESSION = f"[profile a]\n{ROLE}source_profile = mfa\n"
LEFT = f"mfa_serial = {SERIAL}\n"
MANAGED = f"[mfa]\n{ASIA}aws_session_token = t\nmanager = mfa-session\n"


@pytest.mark.parametrize(
    ("mode", "directory", "expected"),
    [
        (0o600, False, []),
        (0o400, False, []),
        (0o640, False, ["warning"]),
        (0o604, False, ["warning"]),
        (0o622, False, []),  # reported by unsafe-file
        (0o700, True, []),
        (0o755, True, ["warning"]),
        (0o777, True, ["warning"]),
    ],
)
def test_modes_that_let_others_read_are_a_warning(
    mode: int, directory: bool, expected: list[str]
) -> None:
    place = Place(path="/x", what="x", mode=mode, forbidden=0o077, is_directory=directory)
    assert severities("file-mode", scene(places=(place,))) == expected


@pytest.mark.parametrize(
    ("check", "credentials", "config", "expected"),
    [
        ("role-hides-keys", f"[a]\n{PAIR}{ROLE}", "", ["warning"]),
        ("role-hides-keys", "", f"[profile a]\n{PAIR}{ROLE}", ["warning"]),
        ("role-hides-keys", f"[a]\n{PAIR}", f"[profile a]\n{ROLE}source_profile = a\n", []),
        ("role-hides-keys", "", f"[profile a]\n{ROLE}source_profile = b\n", []),
        ("keys-hide-process", f"[a]\n{PAIR}", "[profile a]\ncredential_process = x\n", ["warning"]),
        # botocore prefers the process to static keys of the config file
        ("keys-hide-process", "", f"[profile a]\n{PAIR}credential_process = x\n", []),
        ("partial-keys", f"[a]\n{PAIR}", "", []),
        ("partial-keys", "[a]\naws_secret_access_key = x\n", "", ["error"]),
        ("partial-keys", f"[a]\n{ASIA}", "", ["error"]),
        ("partial-keys", f"[a]\n{ASIA}aws_session_token = t\n", "", []),
        ("partial-keys", f"[a]\naws_access_key_id = {KEY_ID}\n",
         "[profile a]\naws_secret_access_key = x\n", ["error"]),  # no SDK joins the halves
        ("partial-keys", f"[a]\n{PAIR}"[:-1] + " # old\n", "", ["error"]),
        ("stale-token", f"[a]\n{ASIA}aws_session_token = t\naws_security_token = t\n", "", []),
        ("stale-token", f"[a]\n{ASIA}aws_session_token = t\naws_security_token = u\n", "",
         ["error"]),
        ("stale-token", f"[a]\n{PAIR}aws_security_token = t\n", "", ["error"]),
        ("source-profile", OWN, f"[profile a]\n{ROLE}source_profile = default\n", []),
        ("source-profile", OWN, f"[profile a]\n{ROLE}source_profile = b\n[profile b]\nregion=x\n",
         ["error"]),
        ("source-profile", OWN, f"[profile a]\n{ROLE}source_profile = a\n", []),
        ("source-profile", OWN, f"[profile a]\n{ROLE}credential_source = Environment\n", []),
        ("source-profile", OWN, "[profile a]\nsource_profile = nobody\n", []),
        ("source-profile", OWN,
         f"[profile a]\n{ROLE}source_profile = b\n[profile b]\nlogin_session = {SIGN_IN}\n", []),
        ("keys-hide-process", f"[a]\n{PAIR}", f"[profile a]\nlogin_session = {SIGN_IN}\n",
         ["warning"]),
        ("leftover-serial", MANAGED, f"[profile a]\n{ROLE}{LEFT}source_profile = mfa\n",
         ["warning"]),
        ("leftover-serial", MANAGED, f"[profile a]\n{ROLE}source_profile = mfa\n", []),
        ("leftover-serial", OWN, f"[profile a]\n{ROLE}{LEFT}source_profile = default\n", []),
        ("leftover-serial", OWN, (f"[profile a]\n{ROLE}{LEFT}source_profile = auto\n"
         "[profile auto]\ncredential_process = mfa-session credential-process\n"), ["warning"]),
        ("leftover-serial", f"[auto]\n{PAIR}",  # SDKs use these keys, not the process
         (f"[profile a]\n{ROLE}{LEFT}source_profile = auto\n"
          "[profile auto]\ncredential_process = mfa-session credential-process\n"), []),
        ("role-region", MANAGED, REGION + FROM_SESSION, ["warning"]),
        ("role-region", MANAGED, f"{REGION}{FROM_SESSION}region = y\n", []),
        ("role-region", MANAGED, FROM_SESSION, []),
        ("role-region", OWN, f"[default]\nregion = x\n{FROM_SESSION}", []),
        ("section-header", f"[work]\n{PAIR}", "[work]\nregion = x\n", ["warning"]),
        ("section-header", "", "[Profile work]\nregion = x\n", ["warning"]),
        ("section-header", "", "[profile work]\nregion = x\n[default]\nregion = x\n", []),
        ("section-header", "", "[sso-session work]\nsso_region = x\n[plugins]\na = b\n", []),
        ("credential-process", "", '[profile a]\ncredential_process = "open\n', ["error"]),
        ("credential-process", OWN,
         "[profile a]\ncredential_process = mfa-session credential-process\n", []),
        ("credential-process", OWN,
         "[profile a]\ncredential_process = mfa-session credential-process --profile=b\n",
         ["error"]),
        ("device-serial", OWN, f"[profile a]\nmfa_serial = {SERIAL}\n", []),
        ("device-serial", OWN, "[profile a]\nmfa_serial = GAHT12345678\n", []),
        ("device-serial", OWN,
         "[profile a]\nmfa_serial = arn:aws:iam::123456789012:u2f/user/carol/key\n", ["error"]),
        ("device-serial", "[a]\naws_mfa_device = no device\n", "", ["error"]),
        ("ignored-serial", OWN, f"[profile a]\nmfa_serial = {SERIAL}\n{ROLE}", []),
        ("ignored-serial", OWN, f"[profile a]\nmfa_serial = {SERIAL}\n", ["note"]),
        ("profile-name", "[a b]\nregion = x\n", "", ["warning"]),
        ("profile-name", "[a-b_c/d.e%f@g:h+i]\nregion = x\n", "", []),
        ("default-session", OWN, "", []),
        ("default-session", "", "", ["error"]),
        ("default-session", "", "[profile x]\nsso_session = corp\n", ["error"]),
        ("session-foreign", f"[a]\n{ASIA}aws_session_token = t\n", "", ["note"]),
        # the other tool must renew it: `login` would replace it
        ("session-expired", f"[a]\n{ASIA}aws_session_token = t\nexpiration = 2031-01-31T11:00Z\n",
         "", []),
        ("session-damaged", f"[mfa]\n{PAIR}manager = mfa-session\n", "", []),
        # `aws configure` has put a long-term key there: the section is no longer ours
        ("session-damaged", f"[mfa]\n{PAIR}manager = mfa-session\nmfa_session_key_id = x\n", "",
         []),
        ("session-damaged", "[mfa]\nmanager = mfa-session\n", "", ["warning"]),
        ("session-damaged", f"[mfa]\n{ASIA}manager = awsume\nmfa_session_key_id = x\n", "", []),
    ],
)  # fmt: skip
def test_each_profile_has_its_findings(
    check: str, credentials: str, config: str, expected: list[str]
) -> None:
    assert severities(check, scene(credentials, config=config)) == expected


@pytest.mark.parametrize(
    ("check", "settings", "expected"),
    [
        ("configured-session", {"sessions": {"a": {}}}, []),
        ("configured-session", {"sessions": {"a": {"via": "b"}}}, ["error"]),
        ("configured-session", {"sessions": {"a": {"via": "b"}, "b": {"via": "a"}}},
         ["error"] * 2),
        ("configured-session", {"sessions": {"a": {"mfa_serial": "x"}}}, []),  # device-serial's
        ("device-serial", {"sessions": {"a": {"mfa_serial": "x"}}}, ["error"]),
        ("shared-target", {"sessions": {"a": {"write_to": "b"}, "b": {}}}, ["warning"]),
        ("shared-target", {"sessions": {"a": {}, "b": {}}}, []),
        ("code-command", {"sessions": {"a": {"code": "command"}}}, ["error"]),
        ("code-command", {"sessions": {"a": {"code_command": "any | shell"}}}, []),
        ("guard-pattern", {"guard": {"protect": ["ec2:Stop*", "s3:DeleteBucket", "*"]}}, []),
        ("guard-pattern", {"guard": {"protect": ["ec3:*"], "allow": ["ec2:Nothing"]}},
         ["warning"] * 2),
        ("guard-profile", {"guard": {"profile": "default"}}, []),
        ("guard-profile", {"guard": {"profile": "nobody"}}, ["warning"]),
        ("keyring-secret", {"sessions": {"a": {"code": "keyring", "mfa_serial": SERIAL}}},
         ["warning"]),
        ("keyring-secret", {"sessions": {"a": {"code": "keyring"}}}, ["note"]),
        ("keyring-secret", {"sessions": {"a": {"mfa_serial": SERIAL}}}, []),
    ],
)  # fmt: skip
def test_each_config_toml_has_its_findings(
    check: str, settings: dict[str, Any], expected: list[str]
) -> None:
    assert severities(check, scene(settings=settings, keyring=KeyringFacts())) == expected


def test_a_plain_text_keyring_is_a_warning() -> None:
    for code, severity in (("keyring-insecure", "warning"), ("keyring-locked", "error")):
        problem = ConfigurationError("x", "it is so", "mend it")
        problem.code = code
        at = scene(keyring=KeyringFacts(error=problem))
        assert look("keyring", at) == [(severity, "it is so")]
        assert look("keyring-secret", at) == []


def test_a_pattern_without_a_match_is_a_warning() -> None:
    at = scene(settings={"guard": {"protect": ["ec2:StopInstance"]}})
    assert look("guard-pattern", at) == [
        (
            "warning",
            "[guard] protect: 'ec2:StopInstance' matches no operation of AWS: it protects nothing",
        )
    ]


def test_the_cure_of_a_header_names_the_profile_with_quotes() -> None:
    for header, cure in {"profile Foo Bar": "profile 'Foo Bar'", "work": "profile work"}.items():
        (found,) = section_header.look(scene(config=f"[{header}]\nregion = x\n"))
        assert found.cure == f"write its header as [{cure}]"


def test_an_unwritable_file_is_reported_unless_another_check_reports_it() -> None:
    problem = ConfigurationError("file-not-written", "no room", "make some")
    both = {CREDENTIALS: problem, STATE: problem}
    check = "unwritable-file"
    assert severities(check, scene(unwritable=both)) == ["error", "error"]
    no_home = {"HOME": "nowhere"}
    assert severities(check, scene(unwritable=both, environ=no_home)) == ["error", "warning"]
    assert severities(check, scene(unwritable=both, broken={STATE: problem})) == ["error"]
    owned = {"AWS_SHARED_CREDENTIALS_FILE": "/c"}
    unsafe = scene(unwritable=both, unsafe={"/c": problem}, environ=owned)
    assert severities(check, unsafe) == ["error"]
