"""The shell: what it runs before `aws`, shows in its prompt and completes."""

from __future__ import annotations

from mfa_session.cli.spec.command import Argument, Command, Option
from mfa_session.cli.spec.options import JSON, MIN_TTL, PROFILE, YES

TITLE = "Shell"
SHELLS = ("bash", "zsh", "fish", "powershell")
SHELL = Argument(name="shell", choices=SHELLS, required=True)

COMMANDS = (
    Command(
        name="guard",
        run="guard.command:run",
        summary="Run a command; a protected one with a session that had MFA.",
        example="mfa-session guard -- aws ec2 stop-instances --instance-ids i-0123456789abcdef0",
        description=(
            "For the shell's start: alias aws='mfa-session guard -- aws'. "
            "A command that is not protected runs at once, as it is. Before a protected one "
            "(aws ec2 terminate-instances, and what [guard] of config.toml lists) a session of the "
            "same identity is had, and what will be hit is shown. A reminder and a step-up: the "
            "boundary is the IAM policy."
        ),
        options=(
            Option(
                flags=("--profile",),
                metavar="NAME",
                help="The session to use; refused if it is not of the command's own identity.",
                suggests="profile",
            ),
            Option(
                flags=("--max-age",),
                kind="duration",
                metavar="DURATION",
                help="How long ago the code may have been given; any time if not said.",
            ),
            MIN_TTL,
            YES,
            Option(
                flags=("--dry-run",),
                kind="flag",
                help="Only tell whether the command is protected, and what would be done.",
            ),
            JSON,
        ),
        takes_command=True,
    ),
    Command(
        name="shell-init",
        run="cli.shell_init:run",
        summary="Print what puts the guard, completion and a prompt into a shell.",
        example="mfa-session shell-init bash > ~/.config/mfa-session/init.bash",
        description=(
            "Source the file where your shell starts: then `aws` asks for MFA before it destroys "
            "something, TAB completes this program, and `mfa_session_prompt` is there for the "
            "prompt. Commands of [guard] commands in config.toml are wrapped like `aws`: write the "
            "file anew when you have changed them."
        ),
        arguments=(SHELL,),
    ),
    Command(
        name="prompt",
        run="cli.prompt:run",
        summary="Print a session and the time it has left, for a shell's prompt.",
        example="PS1='$(mfa-session prompt --color bash) \\$ '",
        description=(
            "The session in use, inside `exec`; else the one named, or the default one. Prints "
            "nothing where there is none. Reads files only, and complains of nothing."
        ),
        options=(
            PROFILE,
            Option(
                flags=("--color",),
                kind="choice",
                choices=SHELLS,
                metavar="SHELL",
                help="Colour it by the time left, for the prompt of this shell.",
            ),
        ),
    ),
    Command(
        name="completion",
        run="cli.completion:run",
        summary="Print what lets a shell complete this program's words.",
        example="mfa-session completion fish > ~/.config/fish/completions/mfa-session.fish",
        description=(
            "Commands, options, profiles, devices and files, and the words of the command that "
            "`exec` runs. shell-init has it, too."
        ),
        arguments=(SHELL,),
    ),
)
