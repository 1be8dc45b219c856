"""The table of dialects has every name that the command line accepts."""

from __future__ import annotations

from mfa_session.cli.spec.commands import FORMATS, SHELLS
from mfa_session.shell.dialects import DIALECTS, JSON
from mfa_session.shell.scripts import completion_script, eval_line, guard_setup, init_script


def test_every_format_of_the_command_line_has_a_dialect() -> None:
    assert set(FORMATS) == {*DIALECTS, JSON}


def test_every_shell_of_the_command_line_has_scripts_and_a_way_to_fail() -> None:
    scripted = [name for name, dialect in DIALECTS.items() if dialect.scripting]
    assert set(SHELLS) == set(scripted)
    assert all(completion_script(shell) in init_script(shell, ()) for shell in SHELLS)
    assert all(DIALECTS[shell].failure for shell in SHELLS)


def test_a_shell_without_scripts_gets_bashs_lines() -> None:
    for shell in ("cmd", "tcsh", ""):
        assert guard_setup(shell) == guard_setup("bash")
        assert eval_line(shell, "x") == 'eval "$(x)"'
