"""Getting to know it."""

from __future__ import annotations

from mfa_session.cli.spec.command import Command, Option
from mfa_session.cli.spec.options import JSON

TITLE = "Help"

COMMANDS = (
    Command(
        name="doctor",
        run="doctor.command:run",
        summary="Find what would go wrong, before it does.",
        example="mfa-session doctor",
        description=(
            "Looks at files and their modes, the environment, profiles, sessions, config.toml, the "
            "keyring where one is used, AWS and its clock, your keys and MFA devices, and the "
            "shell; each finding comes with its cure. Changes nothing without --fix. Exits 1 if it "
            "has found an error or a warning; -v lists every check."
        ),
        options=(
            Option(
                flags=("--fix",),
                kind="flag",
                help="Put the modes of files right; nothing else is changed.",
            ),
            JSON,
        ),
    ),
    Command(
        name="demo",
        run="cli.demo:run",
        summary="See it work against a local AWS that enforces MFA.",
        example="mfa-session demo",
        description=(
            "Starts a sandbox on this machine, in a home that is thrown away, and walks through a "
            "login. Needs the extra: pip install 'mfa-session[sandbox]'."
        ),
        options=(
            Option(flags=("--shell",), kind="flag", help="Leave me in a shell inside the sandbox."),
        ),
    ),
)
