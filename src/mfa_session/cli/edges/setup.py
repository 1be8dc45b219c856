"""What `configure` writes, and how it asks."""

from __future__ import annotations

import os
from functools import partial

from mfa_session.files.settings_writer import SettingsWriter
from mfa_session.files.shared import ProfilesWriter
from mfa_session.files.writable import PlainFile
from mfa_session.model.errors import UsageError
from mfa_session.model.feature_ports import SetupEdges
from mfa_session.model.paths import home, settings_path
from mfa_session.shell.dialects import DIALECTS
from mfa_session.shell.start import ShellStart
from mfa_session.shell.variables import find_shell
from mfa_session.system.signals import uninterrupted
from mfa_session.system.terminal import choose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.cli.run import Basics


def make_setup(basics: Basics) -> SetupEdges:
    """Return the edges."""
    run = basics.run
    environ, state, warn = run.environ, run.files.state, run.console.warn
    return SetupEdges(
        settings=SettingsWriter(environ, state, warn),
        profiles=ProfilesWriter(environ, state, warn),
        file=lambda path, private_name: PlainFile(path, private_name, state, warn),
        shell_start=lambda shell: _shell_start(shell, environ),
        usual_shell=lambda: _usual_shell(environ),
        choose=partial(choose, basics.terminal()),
        uninterrupted=uninterrupted,
    )


def _shell_start(shell: str, environ: Mapping[str, str]) -> ShellStart:
    """Return how a shell starts; its script stands beside config.toml."""
    folder = os.path.dirname(os.path.abspath(settings_path(environ)))
    return ShellStart(shell, folder, environ, home(environ))


def _usual_shell(environ: Mapping[str, str]) -> str | None:
    """Return the shell that called; None where it is not known, or cannot be set up."""
    try:
        shell = find_shell(environ)
    except UsageError:
        return None
    return shell if DIALECTS[shell].scripting else None
