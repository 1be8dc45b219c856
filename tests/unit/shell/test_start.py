"""The real shells source the script from their start files."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import processes
from mfa_session.shell.dialects import find_scripting
from mfa_session.shell.start import append_line, is_sourced

if TYPE_CHECKING:
    from pathlib import Path

STARTS = {"bash": ["bash", "--norc"], "zsh": ["zsh", "-f"], "fish": ["fish", "--no-config", "-i"]}


@pytest.mark.skipif(sys.platform != "linux", reason="the places of Linux")
@pytest.mark.parametrize(
    ("shell", "environ", "path"),
    [
        ("bash", {}, "/h/.bashrc"),
        ("zsh", {}, "/h/.zshrc"),
        ("zsh", {"ZDOTDIR": "/z"}, "/z/.zshrc"),
        ("fish", {}, "/h/.config/fish/config.fish"),
        ("fish", {"XDG_CONFIG_HOME": "/x"}, "/x/fish/config.fish"),
        ("powershell", {}, "/h/.config/powershell/Microsoft.PowerShell_profile.ps1"),
    ],
)
def test_each_shell_has_its_start_file(shell: str, environ: dict[str, str], path: str) -> None:
    assert find_scripting(shell).start_file(environ, "/h") == path


@pytest.mark.parametrize("shell", STARTS)
@pytest.mark.parametrize("name", ["init", "with blank", "it's", "back\\slash", '$HOME `x` "q"'])
def test_the_line_sources_a_script_of_any_name(shell: str, name: str, tmp_path: Path) -> None:
    script = tmp_path / name
    start = tmp_path / "start"
    start.write_bytes(append_line(b"", find_scripting(shell).source(str(script))) + b"echo on\n")
    begin = [*STARTS[shell], "-c", f"source {start}"]
    assert processes.run_process(begin) == (0, "on\n", "")
    script.write_text("echo sourced\n")
    assert processes.run_process(begin) == (0, "sourced\non\n", "")


def test_fish_scripts_do_not_source_the_script(tmp_path: Path) -> None:
    script, start = tmp_path / "init.fish", tmp_path / "start"
    script.write_text("echo sourced\n")
    start.write_text(find_scripting("fish").source(str(script)) + "\necho on\n")
    begin = ["fish", "--no-config", "-c", f"source {start}"]
    assert processes.run_process(begin) == (0, "on\n", "")


@pytest.mark.parametrize(
    ("start", "with_it"),
    [(b"", b"x\n"), (b"a", b"a\nx\n"), (b"a\r\nb", b"a\r\nb\r\nx\r\n"), (b"\xff\n", b"\xff\nx\n")],
)
def test_the_line_is_appended_and_the_rest_unchanged(start: bytes, with_it: bytes) -> None:
    assert append_line(start, "x") == with_it


@pytest.mark.parametrize(
    ("start", "is_there"),
    [
        (b". /h/.config/mfa-session/init.bash\n", True),
        (b'. "$XDG_CONFIG_HOME"/mfa-session/init.bash\n', True),
        (b"  # . /h/.config/mfa-session/init.bash\n", False),
        (b"", False),
    ],
)
def test_a_start_file_that_sources_the_script_is_recognised(
    start: bytes, *, is_there: bool
) -> None:
    assert is_sourced(start, "/h/.config/mfa-session/init.bash") is is_there
