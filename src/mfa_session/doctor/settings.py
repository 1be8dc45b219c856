"""config.toml, beyond what can be read of it: patterns, programs and names that lead nowhere."""

from __future__ import annotations

from mfa_session.doctor.finding import check, error, warning
from mfa_session.doctor.scene import PROFILES
from mfa_session.model.feature_ports import SETTINGS
from mfa_session.model.text import nearest_of
from mfa_session.session.names import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from mfa_session.doctor.finding import Diagnosis
    from mfa_session.doctor.scene import Scene


@check("guard-pattern", "every pattern of [guard] matches an operation", needs=(SETTINGS,))
def look_at_patterns(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each pattern of [guard] that stands for no operation of AWS."""
    for key in ("protect", "allow"):
        patterns = scene.inputs.file.guard.get(key, ())
        for text in dict.fromkeys(text for text in patterns if text in scene.strays):
            near = scene.strays[text]
            protects = "it protects nothing" if key == "protect" else "it allows nothing"
            yield warning(
                f"[guard] {key}: {text!r} matches no operation of AWS: {protects}",
                f"write it as {near!r}, or remove it" if near else f"remove it from [guard] {key}",
            )


@check("guard-profile", "[guard] profile is not set, or a session", needs=(*PROFILES, SETTINGS))
def look_at_guard_profile(scene: Scene) -> Iterator[Diagnosis]:
    """Yield a [guard] profile that is no session."""
    name = scene.inputs.file.guard.get("profile")
    if name is None or look_up(scene.inputs, name) is not None:
        return
    near = nearest_of(name, {*scene.inputs.file.sessions, *scene.inputs.profiles.names()}, most=1)
    yield warning(
        f"[guard] profile is {name!r}, and there is no session or profile of that name",
        f"did you mean {near[0]!r}?" if near else "remove it from [guard], or correct it",
    )


@check("code-command", "every code_command can be started", needs=(SETTINGS,))
def look_at_code_commands(scene: Scene) -> Iterator[Diagnosis]:
    """Yield each code_command that cannot be started, and `command` without one."""
    for name, table in scene.inputs.file.sessions.items():
        command = table.get("code_command")
        if command is None:
            if table.get("code") == "command":
                yield error(
                    f'[sessions.{name}] has code = "command" and no code_command',
                    'add one, such as code_command = ["op", "item", "get", "AWS", "--otp"]',
                )
        elif isinstance(command, list) and not scene.finds_program(command[0]):
            yield error(
                f"the code_command of [sessions.{name}] starts {command[0]!r}, which is not found",
                "install it, or give its whole path",
            )


CHECKS = (
    look_at_code_commands,
    look_at_patterns,
    look_at_guard_profile,
)
