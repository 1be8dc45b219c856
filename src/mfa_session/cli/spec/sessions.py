"""Sessions: log in, list, remove."""

from __future__ import annotations

from mfa_session.cli.spec.commands import (
    DURATION,
    JOBS,
    JSON,
    MFA_SERIAL,
    MIN_TTL,
    PROFILE,
    PROFILES,
    REGION,
    SOURCE_PROFILE,
    TOKEN_CODE,
    Command,
    Option,
)
from mfa_session.model.settings import STORES

TITLE = "Every day"

COMMANDS = (
    Command(
        name="login",
        run="cli.sessions:login",
        summary="Get an MFA session or a role session, and write it to a profile.",
        examples=(
            "mfa-session login --profile mfa",
            "mfa-session login --profile books --role-arn arn:aws:iam::444455556666:role/Books",
            "mfa-session login --source-profile work --duration 8h",
            "mfa-session login --all",
        ),
        description=(
            "Reuses the session while it is valid. Otherwise asks for a code, gets temporary "
            "credentials from AWS and writes them to a profile in ~/.aws/credentials. Writes the "
            "source profile's region, output and endpoint settings to ~/.aws/config."
        ),
        options=(
            PROFILES,
            SOURCE_PROFILE,
            MFA_SERIAL,
            TOKEN_CODE,
            Option(
                flags=("--role-arn",),
                metavar="ARN",
                help="Get a session of this role.",
                suggests="role",
            ),
            Option(
                flags=("--external-id",),
                metavar="ID",
                help="The external id that the role requires.",
            ),
            Option(
                flags=("--role-session-name",),
                metavar="NAME",
                help="The name of the role session, as CloudTrail shows it.",
            ),
            DURATION,
            REGION,
            Option(
                flags=("--write-to",),
                metavar="PROFILE",
                help="Write to this profile instead of the one named like the session.",
                suggests="profile",
            ),
            Option(
                flags=("--store",),
                kind="choice",
                choices=STORES,
                metavar="PLACE",
                help="Where the session's keys go: file or keyring. [default: as set, or where "
                "they are; else file]",
            ),
            MIN_TTL,
            Option(
                flags=("--all",),
                kind="flag",
                help="Log in to every session of config.toml: one code, then the roles at once.",
            ),
            JOBS,
            Option(flags=("--force",), kind="flag", help="Renew the session even if it is valid."),
            JSON,
        ),
    ),
    Command(
        name="status",
        run="cli.status:run",
        summary="List the sessions and their time left.",
        examples=("mfa-session status",),
        description="Only reads files: uses no network and shows no secret.",
        options=(
            PROFILE,
            Option(
                flags=("--check",),
                kind="flag",
                help="Print nothing; exit with 0 if the session is valid, 4 if not.",
            ),
            MIN_TTL.replace(
                help="With --check, require this much time left. [env: MFA_SESSION_MIN_TTL]"
            ),
            JSON,
        ),
    ),
    Command(
        name="logout",
        run="cli.sessions:logout",
        summary="Remove sessions from the credentials file.",
        examples=("mfa-session logout --profile mfa",),
        description=(
            "Removes what login wrote and nothing else. AWS cannot end a session early: copies of "
            "its keys work until it expires."
        ),
        options=(
            PROFILES,
            Option(
                flags=("--all",), kind="flag", help="Remove every session that mfa-session wrote."
            ),
            JSON,
        ),
    ),
)
