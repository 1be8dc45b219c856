"""The wheel's man pages, made from the command table when it is built."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

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
