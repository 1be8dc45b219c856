"""The shell: what it runs before `aws`, shows in its prompt and completes."""

from __future__ import annotations

from mfa_session.cli.chapters.options import PROFILE
from mfa_session.cli.shape import Argument, Command, Option

TITLE = "Shell"
SHELLS = ("bash", "zsh", "fish", "powershell")
SHELL = Argument(name="shell", choices=SHELLS, required=True)

COMMANDS = (
    Command(
        name="shell-init",
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
        summary="Print what lets a shell complete this program's words.",
        example="mfa-session completion fish > ~/.config/fish/completions/mfa-session.fish",
        description=(
            "Commands, options, profiles, devices and files, and the words of the command that "
            "`exec` runs. shell-init has it, too."
        ),
        arguments=(SHELL,),
    ),
)
