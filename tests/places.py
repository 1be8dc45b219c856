"""The AWS files of a test's home; botocore reads them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import botocore.configloader

if TYPE_CHECKING:
    from pathlib import Path

    from mfa_session.sandbox.identities import AccessKey, User


class AwsFiles:
    """`credentials`, `config` and `settings` (config.toml) of one home."""

    def __init__(self, home: Path) -> None:
        """Name the files without making them."""
        self.credentials = home / ".aws" / "credentials"
        self.config = home / ".aws" / "config"
        self.settings = home / ".config" / "mfa-session" / "config.toml"

    def write(
        self,
        credentials: str | None = None,
        *,
        config: str | None = None,
        settings: str | None = None,
    ) -> None:
        """Write the given files, with the modes that `aws configure` gives."""
        texts = {self.credentials: credentials, self.config: config, self.settings: settings}
        for path, text in texts.items():
            if text is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
                path.chmod(0o600)

    def section(self, name: str) -> dict[str, str] | None:
        """Return a section of the credentials file, or None."""
        found = botocore.configloader.raw_config_parse(str(self.credentials)).get(name)
        return None if found is None else dict(found)

    def profile(self, name: str) -> dict[str, str] | None:
        """Return a profile of the config file, or None."""
        found = botocore.configloader.load_config(str(self.config))["profiles"].get(name)
        return None if found is None else dict(found)


def long_term(key: User | AccessKey, name: str = "default") -> str:
    """Return a section with long-term keys."""
    return (
        f"[{name}]\n"
        f"aws_access_key_id = {key.access_key_id}\n"
        f"aws_secret_access_key = {key.secret_access_key}\n"
    )


def in_seconds(seconds: float) -> str:
    """Return the time `seconds` from now, in the file's format."""
    moment = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def managed(name: str = "mfa", *, seconds_left: float = 3600, **lines: str) -> str:
    """Return a section of an invented session, as `login` writes it.

    `lines` override or add (`mfa_session_source_key_id="AKIA…"`), `""` leaves a line out.
    """
    values = {
        "aws_access_key_id": "ASIAEXAMPLEEXAMPLE12",
        "aws_secret_access_key": "planted-secret/" + "s" * 25,
        "aws_session_token": "planted-token/" + "t" * 80,
        "expiration": in_seconds(seconds_left),
        "x_security_token_expires": in_seconds(seconds_left),
        "manager": "mfa-session",
        "mfa_session_key_id": "ASIAEXAMPLEEXAMPLE12",
        "mfa_session_name": name,
        "mfa_session_kind": "mfa",
        "mfa_session_source_profile": "default",
        "mfa_session_source_key_id": "AKIAEXAMPLEEXAMPLE12",
        "mfa_session_mfa_serial": "arn:aws:iam::123456789012:mfa/carols-phone",
        "mfa_session_account": "123456789012",
        "mfa_session_authenticated_at": in_seconds(seconds_left - 43200),
        "mfa_session_obtained_at": in_seconds(seconds_left - 43200),
        "mfa_session_duration_seconds": "43200",
        **lines,
    }
    kept = "".join(f"{key} = {value}\n" for key, value in values.items() if value)
    return f"[{name}]\n{kept}"
