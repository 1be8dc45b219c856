"""The top of the tree holds the project's own files and folders, and nothing that a tool left."""

from __future__ import annotations

import subprocess

from house.source import ROOT

TOP = {
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md",
    "SECURITY.md", "benchmarks", "check", "completions", "docs", "hatch_build.py", "mkdocs.yml",
    "pyproject.toml", "requirements", "scripts", "src", "tests",
}  # fmt: skip


def test_nothing_else_is_at_the_top() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {path.partition("/")[0] for path in listed.stdout.split("\0") if path} == TOP
