"""The cost of a start: the modules that real processes load."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

import processes

if TYPE_CHECKING:
    from pathlib import Path

NEVER = frozenset({"boto3", "botocore", "keyring", "pyotp", "rich", "moto", "mfa_session.sandbox"})
# Fine for a program that a person waits for; not before every `aws` call.
TENS_OF_MILLISECONDS = frozenset(
    {"asyncio", "click", "dataclasses", "filelock", "inspect", "logging", "re", "socket",
     "json", "subprocess", "tempfile", "tomllib", "typing", "urllib"}
)  # fmt: skip
WARM = NEVER | TENS_OF_MILLISECONDS
OURS_AT_MOST = 60
"""Modules of ours that a warm command loads: each costs as much as some hundred lines run."""
PARSED_BY_CLICK = NEVER | {"asyncio", "dataclasses", "filelock", "socket", "tomllib"}
# Nor to say that there is no session and nobody to ask: SDKs call again and again.
UNASKED = NEVER | {"threading", "subprocess", "mfa_session.system.keyring_access"}


class Start(NamedTuple):
    """A command line, run in a home with a valid session, and what it may not load."""

    argv: tuple[str, ...]
    forbidden: frozenset[str]


COMMANDS = {
    "credential-process": Start(("credential-process",), WARM),
    "exec": Start(("exec", "--", "true"), WARM),
    "guard": Start(("guard", "--", "true"), WARM),
    "env": Start(("env", "--shell", "bash"), WARM),
    "login kept": Start(("login",), WARM),
    "status": Start(("status", "--json"), WARM),
    "prompt": Start(("prompt",), WARM),
    "shell-init": Start(("shell-init", "bash"), WARM),
    "a profile completed": Start(("__complete", "bash", "mfa-session login --profile "), WARM),
    "a serial completed": Start(("__complete", "bash", "mfa-session totp remove "), WARM),
    "version": Start(("--version",), WARM),
    "help": Start(("--help",), PARSED_BY_CLICK),
    "help of a command": Start(("login", "--help"), PARSED_BY_CLICK),
}
# Modules that warm paths import: each may load these besides itself, and nothing else.
MODULES: dict[str, set[str]] = {
    "mfa_session": set(),
    "mfa_session.model.record": {"mfa_session.model"},
    "mfa_session.model.errors": {"errno", "mfa_session.model"},  # errno is built in
}

KEPT_SESSION = """\
[default]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY

[mfa]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
aws_session_token = IQoJb3JpZ2luX2VjEXAMPLETOKEN
expiration = 2999-01-01T00:00:00Z
x_security_token_expires = 2999-01-01T00:00:00Z
manager = mfa-session
mfa_session_name = mfa
mfa_session_kind = mfa
mfa_session_source_profile = default
mfa_session_source_key_id = AKIAIOSFODNN7EXAMPLE
mfa_session_mfa_serial = arn:aws:iam::123456789012:mfa/carol
mfa_session_account = 123456789012
mfa_session_duration_seconds = 43200
mfa_session_key_id = ASIAIOSFODNN7EXAMPLE
"""


def modules_loaded_by(argv: list[str], exit_code: int = 0) -> set[str]:
    """Run a process under Python's import timer; return the names of all modules it imported."""
    outcome = processes.run_process(argv, {"PYTHONPROFILEIMPORTTIME": "1"})
    assert outcome.exit_code == exit_code, outcome
    lines = [line for line in outcome.stderr.splitlines() if line.startswith("import time:")]
    return {line.rsplit("|", 1)[1].strip() for line in lines[1:]}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the working tree."""
    folder = tmp_path_factory.mktemp("dist")
    succeed([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)])
    (wheel,) = folder.glob("*.whl")
    return wheel


def install_by_pip(wheel: Path, env: Path) -> str:
    """Install the wheel in an environment of its own; return the path of the program."""
    succeed([sys.executable, "-m", "venv", "--without-pip", str(env)])
    scripts = env / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(scripts / "python"), "install"]
    succeed([*pip, "--no-index", "--no-deps", "--no-compile", str(wheel)])
    return str(scripts / "mfa-session")


def succeed(argv: list[str]) -> None:
    """Run a program that a test needs."""
    outcome = processes.run_process(argv, cwd=str(processes.ROOT))
    assert outcome.exit_code == 0, outcome


@pytest.fixture(scope="module")
def bare() -> set[str]:
    """The modules that Python loads to run nothing."""
    return modules_loaded_by([sys.executable, "-c", "pass"])


@pytest.mark.parametrize("module", MODULES)
def test_a_warm_module_imports_next_to_nothing(module: str, bare: set[str]) -> None:
    loaded = modules_loaded_by([sys.executable, "-c", f"import {module}"]) - bare
    assert loaded - {"__future__", "mfa_session", module} == MODULES[module]


def test_the_python_interface_imports_no_boto3_before_it_is_called(bare: set[str]) -> None:
    names = "from mfa_session import boto3_session, session_info, MfaSessionError"
    loaded = modules_loaded_by([sys.executable, "-c", names]) - bare
    assert "mfa_session.api" in loaded
    assert {module for module in loaded if _is_one_of(module, NEVER | {"click"})} == set()


@pytest.fixture
def kept(home: Path) -> None:
    """Leave a valid session in the credentials file."""
    aws = home / ".aws"
    aws.mkdir()
    (aws / "credentials").write_text(KEPT_SESSION)
    (aws / "credentials").chmod(0o600)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_does_not_load_what_it_does_not_need(
    name: str, bare: set[str], program: str
) -> None:
    loaded = modules_loaded_by([program, *COMMANDS[name].argv]) - bare
    assert {module for module in loaded if _is_one_of(module, COMMANDS[name].forbidden)} == set()
    if COMMANDS[name].forbidden is WARM:
        ours = {module for module in loaded if module.partition(".")[0] == "mfa_session"}
        assert len(ours) <= OURS_AT_MOST


@pytest.mark.skipif("sys.platform != 'linux'", reason="others always have a keyring")
def test_without_a_session_and_a_person_no_keyring_and_no_thread_is_loaded(
    bare: set[str], program: str, home: Path
) -> None:
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(KEPT_SESSION.split("\n\n", maxsplit=1)[0] + "\n")
    (home / ".aws" / "credentials").chmod(0o600)
    loaded = modules_loaded_by([program, "credential-process"], 4) - bare
    assert "mfa_session.system.secret_index" in loaded  # it looked where a code may come from
    assert {module for module in loaded if _is_one_of(module, UNASKED)} == set()


@pytest.mark.usefixtures("kept")
def test_under_pips_script_no_warm_command_loads_it_either(
    bare: set[str], wheel: Path, tmp_path: Path
) -> None:
    program = install_by_pip(wheel, tmp_path / "env")
    warm = [name for name in COMMANDS if COMMANDS[name].forbidden is WARM]
    loaded = {name: modules_loaded_by([program, *COMMANDS[name].argv]) - bare for name in warm}
    found = {
        name: [module for module in modules if _is_one_of(module, WARM)]
        for name, modules in loaded.items()
    }
    assert found == {name: [] for name in warm}


@pytest.mark.parametrize("name", ["status", "prompt", "login kept", "a profile completed"])
def test_listing_a_session_of_the_keyring_loads_no_keyring(
    name: str, bare: set[str], program: str, home: Path
) -> None:
    folder = home / ".aws"
    folder.mkdir()
    sections = KEPT_SESSION.split("\n\n")
    lines = [line for line in sections[1].splitlines() if not line.startswith("aws_")]
    (folder / "credentials").write_text(sections[0] + "\n")
    (folder / "credentials").chmod(0o600)
    state = home / ".local" / "state" / "mfa-session"
    state.mkdir(parents=True, mode=0o700)
    (state / "stored-0123456789abcdef").write_text("\n".join(lines) + "\n")
    (state / "stored-0123456789abcdef").chmod(0o600)
    loaded = modules_loaded_by([program, *COMMANDS[name].argv]) - bare
    assert {module for module in loaded if _is_one_of(module, WARM)} == set()


def test_the_wheel_brings_its_own_script_and_an_exe_for_windows(wheel: Path) -> None:
    # pip would generate a console script named `mfa-session` in the place of the wheel's own; of
    # `mfa-session.py` pip and uv make mfa-session.exe on Windows.
    with zipfile.ZipFile(wheel) as archive:
        (script,) = (name for name in archive.namelist() if ".data/scripts/" in name)
        (entries,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
        assert script.endswith("/mfa-session")
        assert archive.getinfo(script).external_attr >> 16 & 0o111  # pip keeps the mode
        assert archive.read(script).startswith(b"#!python\n")
        lines = archive.read(entries).decode().splitlines()
    assert [line for line in lines if line] == [
        "[console_scripts]",
        "mfa-session.py = mfa_session.__main__:main",
    ]


def _is_one_of(module: str, forbidden: frozenset[str]) -> bool:
    """Tell whether a module, or a package it is in, is forbidden."""
    parts = module.split(".")
    return any(".".join(parts[:end]) in forbidden for end in range(1, len(parts) + 1))


def test_the_import_timer_sees_nested_modules(bare: set[str]) -> None:
    loaded = modules_loaded_by([sys.executable, "-c", "import logging.handlers"]) - bare
    assert {"logging", "logging.handlers", "socket"} <= loaded
    assert _is_one_of("logging.handlers", frozenset({"logging"}))
    assert not _is_one_of("logging2", frozenset({"logging"}))
