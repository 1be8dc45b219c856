"""The search on PATH skips our wrappers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from mfa_session.system.programs import (
    OnlyWrappersError,
    find_program,
    is_wrapper,
    may_lead_back,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="PATH as execvp reads it")

PLAIN = "#!/bin/sh\necho plain\n"
WRAPPER = '#!/bin/sh\nexec mfa-session guard -- aws "$@"\n'


def put(folder: Path, text: str | bytes, name: str = "aws", mode: int = 0o755) -> str:
    """Write a program."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return str(path)


def found(tmp_path: Path, *folders: str, name: str = "aws", led_back: str | None = None) -> str:
    """Return what is found, relative to the test's folder; "" for nothing."""
    path = os.pathsep.join(str(tmp_path / folder) if folder else "" for folder in folders)
    program = find_program(name, {"PATH": path}, led_back)
    return "" if program is None else os.path.relpath(program, tmp_path)


def test_the_first_on_path_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "b", PLAIN)
    put(tmp_path / "c", PLAIN)
    assert found(tmp_path, "a", "b", "c") == "b/aws"


def test_our_wrappers_are_skipped(tmp_path: Path) -> None:
    put(tmp_path / "a", WRAPPER)
    put(tmp_path / "b", WRAPPER.replace("exec ", ""))
    put(tmp_path / "c", PLAIN)
    assert found(tmp_path, "a", "b", "c") == "c/aws"


def test_a_link_to_a_wrapper_counts_as_a_wrapper(tmp_path: Path) -> None:
    wrapper = put(tmp_path / "x", WRAPPER)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "aws").symlink_to(wrapper)
    put(tmp_path / "b", PLAIN)
    assert found(tmp_path, "a", "b") == "b/aws"


def test_only_wrappers_on_path_is_an_error(tmp_path: Path) -> None:
    put(tmp_path / "a", WRAPPER)
    with pytest.raises(OnlyWrappersError):
        found(tmp_path, "a", "a")


def test_the_program_that_led_back_is_skipped_with_all_before_it(tmp_path: Path) -> None:
    put(tmp_path / "a", PLAIN)
    led_back = put(tmp_path / "b", PLAIN)
    put(tmp_path / "c", PLAIN)
    assert found(tmp_path, "a", "b", "c", led_back=led_back) == "c/aws"
    assert found(tmp_path, "a", "c", led_back=led_back) == "a/aws"
    with pytest.raises(OnlyWrappersError):
        found(tmp_path, "a", "b", led_back=led_back)


def test_folders_are_not_programs(tmp_path: Path) -> None:
    (tmp_path / "a" / "aws").mkdir(parents=True)
    put(tmp_path / "b", PLAIN)
    assert found(tmp_path, "a", "b") == "b/aws"


def test_a_file_that_is_not_executable_is_found_only_if_it_is_the_only_one(tmp_path: Path) -> None:
    put(tmp_path / "a", PLAIN, mode=0o644)
    assert found(tmp_path, "a") == "a/aws"
    put(tmp_path / "b", PLAIN)
    assert found(tmp_path, "a", "b") == "b/aws"


def test_an_empty_part_of_path_is_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, PLAIN)
    monkeypatch.chdir(tmp_path)
    assert found(tmp_path, "", "b") == "aws"


@pytest.mark.parametrize("name", ["", "nothing"])
def test_a_name_that_is_not_on_path_gives_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").mkdir()
    assert found(tmp_path, "a", name=name) == ""


def test_a_name_with_a_folder_is_not_searched_on_path(tmp_path: Path) -> None:
    wrapper = put(tmp_path / "a", WRAPPER)
    assert find_program(wrapper, {"PATH": ""}) == wrapper
    assert find_program("./x", {}) == "./x"


WRAPPERS = {
    WRAPPER: True,
    '#!/usr/bin/env bash\n\n/opt/bin/mfa-session guard --yes -- aws "$@"\n': True,
    '#!/bin/sh\nexec python3 -m mfa_session guard -- aws "$@"\n': True,
    '#!/bin/sh\nexec mfa-session guard -- terraform "$@"\n': False,
    '#!/bin/sh\nexec mfa-session exec -- aws "$@"\n': False,
    'exec mfa-session guard -- aws "$@"\n': False,
    "\x7fELF mfa-session guard -- aws": False,
    PLAIN: False,
    "": False,
}


@pytest.mark.parametrize("text", WRAPPERS)
def test_a_script_that_calls_the_guard_with_its_own_name_is_a_wrapper(
    tmp_path: Path, text: str
) -> None:
    assert is_wrapper(put(tmp_path, text)) is WRAPPERS[text]


LEADING_BACK = {
    PLAIN: False,
    '#!/bin/sh\nexec other-wrapper "$@"\n': True,
    "#!/bin/sh\nenv; printf '%s\\n' \"$@\"\n": False,
    "#!/usr/bin/env bash\n. ~/.functions\n": True,
    "#!/bin/zsh -f\nsource ~/.functions; run\n": True,
    "#!/usr/bin/env fish\naws-wrapped $argv\n": True,
    "#!/usr/bin/python3\nimport awscli.clidriver\n": False,
    "#!/home/carol/mfa-session/.venv/bin/python\nimport awscli.clidriver\n": False,
    "#!/usr/bin/python3\nos.execvp('mfa-session', argv)\n": True,
    "\x7fELF mfa-session guard": False,
    "": False,
}


@pytest.mark.parametrize("text", LEADING_BACK)
def test_a_script_that_may_call_us_may_lead_back(tmp_path: Path, text: str) -> None:
    assert may_lead_back(put(tmp_path, text)) is LEADING_BACK[text]


def test_an_unreadable_program_is_not_a_wrapper(tmp_path: Path) -> None:
    assert is_wrapper(str(tmp_path)) is False
    assert may_lead_back(str(tmp_path / "gone")) is False


def test_a_folder_twice_on_path_does_not_find_the_skipped_program_again(tmp_path: Path) -> None:
    led_back = put(tmp_path / "a", PLAIN)
    with pytest.raises(OnlyWrappersError):
        found(tmp_path, "a", "a", led_back=led_back)
    put(tmp_path / "b", PLAIN)
    assert found(tmp_path, "a", "b", "a", led_back=led_back) == "b/aws"
