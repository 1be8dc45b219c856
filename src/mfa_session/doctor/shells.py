"""The shell that this was started from."""

from __future__ import annotations

from mfa_session.doctor.finding import check, note, warning
from mfa_session.model.feature_ports import SETTINGS
from mfa_session.model.paths import home
from mfa_session.model.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.finding import Diagnosis
    from mfa_session.doctor.scene import Scene

MARKER = "MFA_SESSION_GUARD"
"""What the scripts of `shell-init` export: the shell's name."""

COMMANDS = "MFA_SESSION_GUARD_COMMANDS"
"""The commands that they guard, likewise."""

COMPLETIONS = (
    "~/.local/share/bash-completion/completions/mfa-session",
    "~/.config/fish/completions/mfa-session.fish",
    "/usr/share/bash-completion/completions/mfa-session",
    "/usr/share/zsh/site-functions/_mfa-session",
    "/usr/local/share/zsh/site-functions/_mfa-session",
)
"""Where completion usually stands that was not set up by `shell-init`."""


@check("guard-active", "`aws` is guarded in this shell")
def look_at_guard(scene: Scene) -> Iterator[Diagnosis]:
    """Yield that `aws` is not guarded in this shell: a choice, so never a fault."""
    if not scene.environ.get(MARKER) and _has_home(scene):
        yield note("`aws` is not guarded in this shell", _set_up(scene))


@check("completion", "this shell completes mfa-session")
def look_at_completion(scene: Scene) -> Iterator[Diagnosis]:
    """Yield that no completion was found."""
    is_set_up = scene.environ.get(MARKER) or any(map(scene.exists, COMPLETIONS))
    if not is_set_up and _has_home(scene):
        yield note("no completion of mfa-session was found for this shell", _set_up(scene))


@check("guard-commands", "this shell guards what [guard] commands names", needs=(SETTINGS,))
def look_at_commands(scene: Scene) -> Iterator[Diagnosis]:
    """Yield the commands of `[guard] commands` that this shell does not guard yet."""
    shell = scene.environ.get(MARKER)
    here = scene.environ.get(COMMANDS, "aws").split()
    missing = [command for command in scene.guarded if command not in here]
    if shell and missing:
        yield warning(
            f"[guard] commands has {', '.join(missing)}, not guarded in this shell: "
            "its script is older",
            _renewal(scene, shell),
        )


def _renewal(scene: Scene, shell: str) -> str:
    """Return the line that brings the script of a shell up to date, there and in its file."""
    script = f"mfa-session shell-init {shell}"
    if scene.guard_script is not None:
        path = quote(scene.guard_script)
        return f"{script} > {path} && . {path}"
    return scene.evaluating(shell, script)


@check("program-path", "the shell finds mfa-session")
def look_at_program(scene: Scene) -> Iterator[Diagnosis]:
    """Yield that a guarded shell would not find this program."""
    if scene.environ.get(MARKER) and not scene.finds_program("mfa-session"):
        yield warning(
            "the guard is on in this shell, and mfa-session is not on its PATH: `aws` fails",
            "add the directory of mfa-session to PATH where the shell starts",
        )


def _has_home(scene: Scene) -> bool:
    """Say whether there is a home directory, whose files a shell reads when it starts."""
    return not home(scene.environ).startswith("~")


def _set_up(scene: Scene) -> str:
    return scene.guard_set_up(scene.environ.get("SHELL", "").rpartition("/")[2])


CHECKS = (
    look_at_guard,
    look_at_commands,
    look_at_completion,
    look_at_program,
)
