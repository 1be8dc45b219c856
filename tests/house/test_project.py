"""The project's own promises: locks, the one check command, the version, links in documents."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import mfa_session
import processes
from house.source import ROOT

if TYPE_CHECKING:
    from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# The kinds of files that are written here; a wheel or a picture of bytes is none.
KINDS = {"", ".bash", ".fish", ".ini", ".json", ".lock", ".md", ".ps1", ".py", ".svg", ".toml",
         ".txt", ".typed", ".yml", ".zsh"}  # fmt: skip
GENERATED = {"__pycache__", "build", "dist", "site"}  # as in .gitignore
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def locked() -> dict[str, list[Version]]:
    """Map each locked package to its versions (some differ by Python version)."""
    versions: dict[str, list[Version]] = {}
    for lock in LOCKS:
        for name, version in re.findall(r"^([a-z0-9.-]+)==([^ ]+)", lock.read_text(), re.MULTILINE):
            versions.setdefault(name, []).append(Version(version))
    return versions


def wanted() -> list[Requirement]:
    """Collect what pyproject.toml asks for: to build, to run, for the sandbox, to develop."""
    project = PROJECT["project"]
    texts = [
        *PROJECT["build-system"]["requires"],
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
        *(text for group in PROJECT["dependency-groups"].values() for text in group),
    ]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host_and_hashes_every_package(lock: Path) -> None:
    text = lock.read_text()
    assert re.findall(r"://|--index|--find-links|@ ", text) == []
    packages = re.split(r"^(?=[a-z0-9.-]+==)", text, flags=re.MULTILINE)[1:]
    assert [package for package in packages if "--hash=sha256:" not in package] == []
    assert packages != []


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_the_lock_satisfies_what_the_project_asks_for(requirement: Requirement) -> None:
    versions = locked()[requirement.name]
    assert [version for version in versions if version not in requirement.specifier] == []


def test_the_tree_holds_nothing_that_is_not_written_here() -> None:
    names = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [each for each in folders if not (each.startswith(".") or each in GENERATED)]
        names += [Path(folder, each) for each in files if not each.startswith(".")]
    assert [name for name in names if name.suffix not in KINDS] == []
    assert ROOT / "README.md" in names


def test_ci_runs_readmes_test_command_and_nothing_else() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    last_line = (ROOT / ".ci" / "run").read_text().splitlines()[-1]
    assert re.findall(r"^(\./check)$", readme, re.MULTILINE) == ["./check"]
    assert last_line == "exec ./check </dev/null"
    assert [os.access(ROOT / name, os.X_OK) for name in ("check", ".ci/run")] == [True, True]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The check command as a module, working in a folder of the test's own."""
    loader = importlib.machinery.SourceFileLoader("check", str(ROOT / "check"))
    spec = importlib.util.spec_from_loader("check", loader)
    assert spec is not None
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "WORK", tmp_path / "work")
    return module


def test_skipped_tests_make_the_check_incomplete(
    check: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_one(): pytest.skip('zsh is not installed')\n"
        "def test_two(): pytest.skip('zsh is not installed')\n"
        "def test_three(): pass\n"
    )
    steps = check.Steps()
    suite = check.Suite(("-q", "test_it.py"), workers=0)
    check.run_tests(steps, "tests on 3.11", sys.executable, suite)
    assert steps.finish() == check.INCOMPLETE_EXIT_CODE
    printed = capfd.readouterr().out
    assert "\nnot tested: tests on 3.11: 2 tests: zsh is not installed\n" in printed
    assert "\ncheck: incomplete: " in printed
    assert "all passed" not in printed


def test_the_check_prints_whether_it_failed_or_passed(
    check: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    steps = check.Steps()
    assert steps.finish() == 0
    steps.take("a step", sys.executable, "-c", "raise SystemExit(1)")
    steps.untested.append("Python 3.10: not on PATH nor in pyenv")
    assert steps.finish() == 1
    lines = capfd.readouterr().out.splitlines()
    assert (lines[0], lines[-1]) == ("check: all passed", "check: failed: a step")


def test_the_oldest_and_the_newest_python_run_the_whole_suite(check: Any) -> None:
    planned = check.suites(["3.10", "3.11", "3.12", "3.13"])
    assert planned["3.10"].selected == ("-m", "not slow", "--hypothesis-profile=quick")
    assert planned["3.13"].selected == ("-m", "not slow")
    assert "tests/startup" in planned["3.11"].selected
    assert planned["3.11"] == planned["3.12"]
    assert check.suites(["3.11"])["3.11"].selected == ("-m", "not slow")


def test_the_tests_folders_are_in_memory_where_there_is_room(
    check: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check, "MEMORY", tmp_path)
    monkeypatch.setattr(check, "MEMORY_BYTES", 0)
    with check.memory() as folder:
        assert os.path.dirname(folder) == str(tmp_path)
    assert not os.path.exists(folder)
    monkeypatch.setattr(check, "MEMORY_BYTES", 1 << 62)
    with check.memory() as folder:
        assert folder is None
    monkeypatch.setattr(check, "MEMORY", tmp_path / "absent")
    with check.memory() as folder:
        assert folder is None


def test_the_check_installs_every_program_that_tests_may_lack(check: Any) -> None:
    assert set(check.PROGRAMS) == set(processes.OPTIONAL_PROGRAMS)


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == mfa_session.__version__


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_somewhere(page: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []
