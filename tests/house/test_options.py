"""Every option and argument of the command table reaches the record that its command takes."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from mfa_session.cli.spec.commands import all_commands
from mfa_session.model.settings import SessionOptions

if TYPE_CHECKING:
    from mfa_session.cli.spec.commands import Command

# What main and the wiring take from the words themselves.
TAKEN_EARLIER = {"verbose", "no_input", "token_code", "insecure_keyring", "json"}


def options_type(command: Command) -> type:
    module_name, _, function_name = command.run.partition(":")
    module = importlib.import_module(f"mfa_session.{module_name}")
    kind: type = getattr(module, getattr(module, function_name).__annotations__["options"])
    return kind


def unread(command: Command) -> set[str]:
    kind = options_type(command)
    fields: set[str] = set(kind._fields)  # type: ignore[attr-defined]  # every Record has them
    if "session" in fields:
        fields |= set(SessionOptions._fields)
    names = {option.name for option in command.options}
    names |= {argument.name for argument in command.arguments}
    return names - fields - TAKEN_EARLIER


@pytest.mark.parametrize("command", all_commands(), ids=lambda command: command.name)
def test_no_option_is_dropped(command: Command) -> None:
    assert unread(command) == set()


def test_a_dropped_option_is_seen() -> None:
    status = next(command for command in all_commands() if command.name == "status")
    extended = status.replace(options=(*status.options, status.options[0].replace(flags=("--x",))))
    assert unread(extended) == {"x"}
