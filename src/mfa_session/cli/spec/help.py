"""When something does not work."""

from __future__ import annotations

from mfa_session.cli.spec.commands import JSON, Command, Option

TITLE = "Help"

COMMANDS = (
    Command(
        name="doctor",
        run="doctor.command:run",
        summary="Check the setup, and say how to fix what is wrong.",
        examples=("mfa-session doctor", "mfa-session doctor --share --json"),
        description=(
            "Checks files and their modes, the environment, profiles, sessions, config.toml, the "
            "keyring if one is used, AWS and its clock, your keys and MFA devices, and the shell. "
            "Says for each finding how to fix it. Changes nothing without --fix. Exits with 1 if "
            "it finds an error or a warning. -v lists every check."
        ),
        options=(
            Option(
                flags=("--fix",),
                kind="flag",
                help="Correct the modes of files; change nothing else.",
            ),
            Option(
                flags=("--share",),
                kind="flag",
                help="Mask account numbers, ids, names, hosts and paths.",
            ),
            JSON,
        ),
    ),
)
