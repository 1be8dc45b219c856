"""Sessions for other programs."""

from __future__ import annotations

from mfa_session.cli.spec.command import Command, Option
from mfa_session.cli.spec.options import DURATION, MIN_TTL, PROFILE, REGION, TOKEN_CODE

TITLE = "Other programs"
SHELLS = ("bash", "zsh", "fish", "powershell", "cmd", "dotenv", "json")

COMMANDS = (
    Command(
        name="exec",
        run="cli.exec_:run",
        summary="Run a command with a session's credentials.",
        example="mfa-session exec -- terraform plan",
        description=(
            "Logs in if need be and becomes the command, with the credentials in its environment; "
            "your shell if no command is given."
        ),
        options=(PROFILE, MIN_TTL, REGION, DURATION, TOKEN_CODE),
        takes_command=True,
    ),
    Command(
        name="env",
        run="cli.env:run",
        summary="Print a session's credentials for a shell.",
        example='eval "$(mfa-session env)"',
        description=(
            "Logs in if need be and prints the variables, quoted for the shell that calls. "
            "If that fails, what is printed makes eval fail."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--shell",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help=f"One of {', '.join(SHELLS)}; found by itself if not given.",
            ),
            Option(flags=("--unset",), kind="flag", help="Print what removes the variables."),
            MIN_TTL,
        ),
    ),
    Command(
        name="credential-process",
        run="cli.credential_process:run",
        summary="Give a session to an SDK (credential_process).",
        example="credential_process = mfa-session credential-process --profile mfa",
        description=(
            "For a profile in ~/.aws/config. Prints the SDK's JSON, logging in first if it can; "
            "questions go to the terminal only."
        ),
        options=(PROFILE, MIN_TTL),
    ),
)
