"""Sessions: had, shown, removed."""

from __future__ import annotations

from mfa_session.cli.spec.command import Command, Option
from mfa_session.cli.spec.options import (
    DURATION,
    JSON,
    MFA_SERIAL,
    MIN_TTL,
    PROFILE,
    PROFILES,
    REGION,
    TOKEN_CODE,
)

TITLE = "Sessions"

COMMANDS = (
    Command(
        name="login",
        run="cli.login:run",
        summary="Get an MFA session, or a role's, and write it to a profile.",
        example="mfa-session login --profile mfa",
        description=(
            "Asks for a code if one is needed, gets temporary credentials from AWS and writes them "
            "to the profile in ~/.aws/credentials. A session that is still good is kept."
        ),
        options=(
            PROFILES,
            Option(
                flags=("--source-profile",),
                metavar="PROFILE",
                help="The profile with the long-term keys. [env: MFA_SESSION_SOURCE_PROFILE]",
                suggests="profile",
            ),
            MFA_SERIAL,
            TOKEN_CODE,
            Option(
                flags=("--role-arn",),
                metavar="ARN",
                help="Get a session of this role.",
                suggests="role",
            ),
            Option(flags=("--external-id",), metavar="ID", help="The external id the role wants."),
            Option(
                flags=("--role-session-name",),
                metavar="NAME",
                help="The role session's name, as CloudTrail shows it.",
            ),
            DURATION,
            REGION,
            Option(
                flags=("--write-to",),
                metavar="PROFILE",
                help="Write to this profile instead of the session's own.",
                suggests="profile",
            ),
            MIN_TTL,
            Option(flags=("--force",), kind="flag", help="Renew the session even if it is good."),
            JSON,
        ),
    ),
    Command(
        name="status",
        run="cli.status:run",
        summary="Show the sessions and how long they last.",
        example="mfa-session status",
        description="Reads the files only: no network, no secret shown.",
        options=(
            PROFILE,
            Option(
                flags=("--check",),
                kind="flag",
                help="Print nothing; exit 0 if the session is valid, 4 if not.",
            ),
            MIN_TTL.replace(
                help="With --check: want this much life left. [env: MFA_SESSION_MIN_TTL]"
            ),
            JSON,
        ),
    ),
    Command(
        name="logout",
        run="cli.logout:run",
        summary="Remove sessions from the credentials file.",
        example="mfa-session logout --profile mfa",
        description=(
            "Removes what login wrote and nothing else. AWS cannot end a session early: "
            "a copy made elsewhere works until it expires."
        ),
        options=(
            PROFILES,
            Option(flags=("--all",), kind="flag", help="Remove every session of this tool."),
            JSON,
        ),
    ),
)
