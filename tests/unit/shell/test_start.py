"""The real shells source the script from their start files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import processes
from mfa_session.shell.dialects import find_scripting
from mfa_session.shell.scripts import ShellStart

BASH = ShellStart("bash", "/h/.config/mfa-session", {}, "/h")
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
def test_the_line_sources_a_script_in_any_folder(shell: str, name: str, tmp_path: Path) -> None:
    shell_start = ShellStart(shell, str(tmp_path / name), {}, "/h")
    start = tmp_path / "start"
    start.write_bytes(shell_start.append_line(b"") + b"echo on\n")
    begin = [*STARTS[shell], "-c", f"source {start}"]
    assert processes.run_process(begin) == (0, "on\n", "")
    (tmp_path / name).mkdir()
    Path(shell_start.script).write_text("echo sourced\n")
    assert processes.run_process(begin) == (0, "sourced\non\n", "")


def test_fish_scripts_do_not_source_the_script(tmp_path: Path) -> None:
    script, start = tmp_path / "init.fish", tmp_path / "start"
    script.write_text("echo sourced\n")
    start.write_text(find_scripting("fish").source(str(script)) + "\necho on\n")
    begin = ["fish", "--no-config", "-c", f"source {start}"]
    assert processes.run_process(begin) == (0, "on\n", "")


@pytest.mark.parametrize(
    ("start", "before", "end"),
    [(b"", b"", b"\n"), (b"a", b"a\n", b"\n"), (b"a\r\nb", b"a\r\nb\r\n", b"\r\n"),
     (b"\xff\n", b"\xff\n", b"\n")],
)  # fmt: skip
def test_the_line_is_appended_and_the_rest_unchanged(
    start: bytes, before: bytes, end: bytes
) -> None:
    assert BASH.append_line(start) == before + BASH.line.encode() + end


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
    assert BASH.is_sourced_in(start) is is_there
