"""No check fails, whatever the files contain."""

from __future__ import annotations

import shlex

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from doctor.scenes import scene
from mfa_session.cli.arguments import read_plainly
from mfa_session.doctor.command import CHECK_FAILED, examine
from mfa_session.model.errors import ConfigurationError

NAMES = ("default", "mfa", "books", "a b", "É")
VALUES = ("", "x", "default", "mfa", "books", "AKIAEXAMPLEEXAMPLE12", "ASIAEXAMPLEEXAMPLE12",
          "mfa-session", "2031-01-31T11:00:00Z", "-1", "arn:aws:iam::123456789012:mfa/phone",
          "arn:aws:iam::123456789012:role/Books", 'mfa-session --profile "', "arn:", "Environment",
          "Ec2InstanceMetadata")  # fmt: skip
KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token",
        "role_arn", "source_profile", "credential_process", "credential_source", "mfa_serial",
        "aws_mfa_device", "expiration", "manager", "duration_seconds", "region", "sso_session",
        "mfa_session_name", "mfa_session_key_id", "mfa_session_kind", "external_id",
        "mfa_session_source_profile", "mfa_session_via", "mfa_session_role_arn")  # fmt: skip
VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
             "AWS_SESSION_TOKEN", "AWS_SESSION_EXPIRATION", "MFA_SESSION_MFA_SERIAL",
             "AWS_REGION", "AWS_CONFIG_FILE", "SHELL", "MFA_SESSION_GUARD")  # fmt: skip

SECTION = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=8)
FILES = st.dictionaries(st.sampled_from(NAMES), SECTION, max_size=4)
TABLES = st.dictionaries(
    st.sampled_from(NAMES),
    st.dictionaries(
        st.sampled_from(("source_profile", "via", "role_arn", "mfa_serial", "write_to")),
        st.sampled_from(VALUES[1:]),
        max_size=3,
    ),
    max_size=3,
)


def written(sections: dict[str, dict[str, str]], header: str) -> str:
    lines = []
    for name, section in sections.items():
        lines.append(f"[{header.format(name)}]")
        lines += [f"{key} = {value}" for key, value in section.items()]
    return "\n".join(lines) + "\n"


@settings(max_examples=200)
@given(FILES, FILES, TABLES, st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(VALUES)))
def test_no_check_fails_on_odd_files(
    credentials: dict[str, dict[str, str]],
    config: dict[str, dict[str, str]],
    sessions: dict[str, dict[str, str]],
    environ: dict[str, str],
) -> None:
    try:
        at = scene(
            written(credentials, "{}"),
            config=written(config, 'profile "{}"'),
            settings={"sessions": sessions},
            environ=environ,
        )
    except ConfigurationError:
        assume(False)
    said = examine(at)
    assert [each for each in said if CHECK_FAILED in each.finding] == []
    assert [each for each in said if each.is_bad and not each.cure] == []
    # Errors' own hints name commands in backticks; a check's cure is the command itself.
    assert [
        each
        for each in said
        if "mfa-session " in each.cure and "`" not in each.cure and not is_command(each.cure)
    ] == []


def is_command(cure: str) -> bool:
    """Say whether a cure is a command line that can be pasted into a shell."""
    if cure.startswith("echo "):  # a line for the shell's start file
        return True
    program, *words = shlex.split(cure)
    return program == "mfa-session" and read_plainly(words) is not None
