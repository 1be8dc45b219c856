"""Getting to know it."""

from __future__ import annotations

from mfa_session.cli.shape import Command, Option

TITLE = "Help"

COMMANDS = (
    Command(
        name="demo",
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
