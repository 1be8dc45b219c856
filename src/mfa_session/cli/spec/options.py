"""Options and arguments that several commands share."""

from __future__ import annotations

from mfa_session.cli.spec.command import Argument, Option

COMMON = (
    Option(
        flags=("--verbose", "-v"),
        kind="count",
        help="Log what is asked of AWS and why; repeat for more. Never logs a secret.",
    ),
    Option(
        flags=("--no-input",),
        kind="flag",
        help="Never ask; fail instead. [env: MFA_SESSION_NO_INPUT]",
    ),
)
SHELLS = ("bash", "zsh", "fish", "powershell")
FORMATS = (*SHELLS, "cmd", "dotenv", "json")
JSON = Option(flags=("--json",), kind="flag", help="Print one JSON object.")
PROFILE = Option(
    flags=("--profile",),
    metavar="NAME",
    help="The session, or the profile that holds it. [env: MFA_SESSION_PROFILE; default: mfa]",
    suggests="profile",
)
SOURCE_PROFILE = Option(
    flags=("--source-profile",),
    metavar="PROFILE",
    help="The profile with the long-term keys. [env: MFA_SESSION_SOURCE_PROFILE]",
    suggests="profile",
)
PROFILES = PROFILE.replace(kind="many", help=PROFILE.help.replace(" [env", " Repeatable. [env"))
MIN_TTL = Option(
    flags=("--min-ttl",),
    kind="duration",
    metavar="DURATION",
    help="Reuse a session that has this much time left. [env: MFA_SESSION_MIN_TTL; default: 15m]",
)
MFA_SERIAL = Option(
    flags=("--mfa-serial", "--serial-number"),
    metavar="SERIAL",
    help="The MFA device. [env: MFA_SESSION_MFA_SERIAL; default: ask IAM]",
    suggests="serial",
)
TOKEN_CODE = Option(
    flags=("--token-code", "--mfa-token"),
    metavar="CODE",
    help="The six-digit code; - reads it from stdin. [env: MFA_SESSION_TOKEN_CODE]",
)
DURATION = Option(
    flags=("--duration", "--duration-seconds"),
    kind="duration",
    metavar="DURATION",
    help="How long a new session lasts, such as 45m or 12h. [env: MFA_SESSION_DURATION]",
)
REGION = Option(flags=("--region",), metavar="REGION", help="The AWS region.")
JOBS = Option(
    flags=("--jobs",),
    metavar="N",
    help="How many roles to assume at the same time, 1 to 64. [default: 16]",
)
INSECURE_KEYRING = Option(
    flags=("--insecure-keyring",),
    kind="flag",
    help="Accept a keyring that keeps secrets as plain text.",
)
YES = Option(flags=("--yes",), kind="flag", help="Do not ask.")
SERIAL = Argument(name="serial", suggests="serial")
