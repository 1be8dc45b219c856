"""Inputs made from texts, as if they stood in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mfa_session.ini.document import IniDocument
from mfa_session.model.profiles import ProfileFiles
from mfa_session.model.settings import SessionOptions, SettingsFile
from mfa_session.session.context import Inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = "aws_access_key_id = AKIAEXAMPLEEXAMPLE12\naws_secret_access_key = x\n"


def inputs(
    credentials: str = f"[default]\n{KEYS}",
    config: str = "",
    *,
    sessions: Mapping[str, Mapping[str, Any]] | None = None,
    defaults: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    **options: Any,
) -> Inputs:
    """Return inputs: the two AWS files, config.toml's tables, the environment and the options."""
    return Inputs(
        options=SessionOptions(**options),
        environ=environ or {},
        file=SettingsFile(
            path="/home/config.toml",
            defaults=defaults or {},
            sessions=sessions or {},
            keyring={},
            guard={},
        ),
        profiles=ProfileFiles(
            credentials=IniDocument(credentials.encode(), "/home/.aws/credentials"),
            config=IniDocument(config.encode(), "/home/.aws/config"),
        ),
        recovered={},
    )
