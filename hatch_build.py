"""The wheel's man pages, made from the command table, and the README of who uses it."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).parent


class ManPages(BuildHookInterface):  # type: ignore[type-arg]  # the configuration is nobody's
    """Puts the pages where man looks for them below a prefix."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the pages, and name them to the wheel."""
        del version
        self._folder = tempfile.TemporaryDirectory()  # its own: two builds may run at once
        for name, text in _render().items():
            path = Path(self._folder.name, name)
            path.write_text(text, encoding="utf-8")
            path.chmod(0o644)
            build_data["shared_data"][str(path)] = f"share/man/man1/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove them: they are in the wheel."""
        del version, build_data, artifact_path
        self._folder.cleanup()


class Readme(MetadataHookInterface):
    """Leaves out of the description what is for people who work on the code."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description."""
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        for_users, _, rest = text.partition("## Compared with others\n")  # docs/compare.md
        _, licence, end = rest.partition("## Licence\n")
        text = for_users + licence + end
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def _render() -> dict[str, str]:
    """Return the pages; the generator imports this tree's package, not an installed one."""
    sys.path.insert(0, str(ROOT / "src"))
    try:
        path = ROOT / "docs" / "generate_man.py"
        spec = importlib.util.spec_from_file_location("generate_man", path)
        if spec is None or spec.loader is None:
            raise ImportError(str(path))
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        pages: dict[str, str] = module.render()
        return pages
    finally:
        sys.path.pop(0)
