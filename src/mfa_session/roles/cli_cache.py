"""Role profiles for which the AWS CLI asks for a code, and their entries in its cache.

Versions 1 and 2 of the CLI use the same entries.
"""

from __future__ import annotations

import hashlib
import json

from mfa_session.model.arns import gives_codes, parse_arn, region_for
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.notes import read_json
from mfa_session.model.record import Record
from mfa_session.model.settings import ROLE_SECONDS, Settings
from mfa_session.model.text import quote
from mfa_session.model.times import format_time, parse_time
from mfa_session.session.names import names_session
from mfa_session.session.own_session import SessionsOfSource
from mfa_session.session.sources import named_source
from mfa_session.session.validation import CHAINED_LIMIT_SECONDS, check_shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mfa_session.model.session import Session
    from mfa_session.model.settings import Source
    from mfa_session.session.context import Inputs


LEAST_SECONDS = 900
"""The AWS CLI ignores an entry with less time left (botocore, CachedCredentialFetcher)."""


class CannotServeError(Exception):
    """A profile cannot be served from an MFA session; the text ends a sentence about it."""


class RoleProfile(Record):
    """A role session to assume from `settings.via`, and the AWS CLI's AssumeRole parameters."""

    settings: Settings
    parameters: Mapping[str, str | int]


class RoleProfiles:
    """Reads role profiles; profiles with the same long-term keys share an MFA session."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._bases: dict[Source, Settings] = {}

    def names(self) -> list[str]:
        """Return the profiles for which the AWS CLI asks for a code, sorted."""
        profiles = self._inputs.profiles.names()
        return [name for name in profiles if asks_for_code(self._inputs.profiles.section(name))]

    def read(self, name: str) -> RoleProfile:
        """Return a profile; CannotServeError if it cannot be served."""
        section = self._inputs.profiles.section(name)
        if not asks_for_code(section):
            raise CannotServeError("it has no role_arn with an mfa_serial: `aws` asks for no code")
        try:
            settings = self._settings(name, section)
            check_shapes(settings)
        except ConfigurationError as error:
            raise CannotServeError(error.message) from error
        return RoleProfile(settings=settings, parameters=parameters_of(section))

    def _settings(self, name: str, section: Mapping[str, str]) -> Settings:
        base = self._base(self._source(name, section), section["mfa_serial"])
        role_arn = section["role_arn"]
        return Settings(
            name=name,
            target=name,
            source=base.source,
            via=base,
            role_arn=role_arn,
            external_id=section.get("external_id"),
            role_session_name=section.get("role_session_name") or None,
            duration=_duration(section),
            region=region_for(section.get("region") or base.region, role_arn),
        )

    def _source(self, name: str, section: Mapping[str, str]) -> Source:
        source = section.get("source_profile")
        if "credential_source" in section or not source:
            raise CannotServeError("it has no source_profile with long-term keys")
        if source != name and "role_arn" in self._inputs.profiles.section(source):
            raise CannotServeError(f"its source_profile {source!r} is a role itself")
        if source != name and names_session(self._inputs, source):
            raise CannotServeError(
                f"its source_profile {source!r} is a session already, so mfa_serial must go: "
                f"`mfa-session configure --repoint {quote(name)}`"
            )
        return named_source(self._inputs, source)

    def _base(self, source: Source, serial: str) -> Settings:
        """Return the MFA session of a source's keys, chosen as in the guard."""
        if source not in self._bases:
            base = SessionsOfSource(self._inputs, source, source.profile).choose()
            usable = gives_codes(serial)
            self._bases[source] = base.replace(
                mfa_serial=base.mfa_serial or (serial if usable else None)
            )
        return self._bases[source]


def asks_for_code(section: Mapping[str, str]) -> bool:
    """Say whether the AWS CLI asks for a code for a profile (botocore, AssumeRoleProvider)."""
    return bool(
        section.get("role_arn")
        and section.get("mfa_serial")
        and "web_identity_token_file" not in section
    )


def _duration(section: Mapping[str, str]) -> int:
    seconds = _seconds(section)
    if seconds is not None and seconds > CHAINED_LIMIT_SECONDS:
        raise CannotServeError(
            f"its duration_seconds is {seconds}, and AWS limits a role of a session to 1 h"
        )
    if seconds is not None and seconds <= LEAST_SECONDS:
        raise CannotServeError(
            f"its duration_seconds is {seconds}, and the AWS CLI ignores a session with 15 min left"
        )
    return ROLE_SECONDS if seconds is None else seconds


def _seconds(section: Mapping[str, str]) -> int | None:
    """Return duration_seconds; None if it is not a number, as in botocore."""
    try:
        return int(section["duration_seconds"])
    except (KeyError, ValueError):
        return None


def parameters_of(section: Mapping[str, str]) -> dict[str, str | int]:
    """Return the parameters of AssumeRole that identify a profile in the AWS CLI's cache.

    These are the profile's own settings, with a session name only if the profile has one (botocore,
    AssumeRoleProvider and BaseAssumeRoleCredentialFetcher).
    """
    names = {
        "RoleArn": "role_arn",
        "RoleSessionName": "role_session_name",
        "ExternalId": "external_id",
        "SerialNumber": "mfa_serial",
    }
    parameters: dict[str, str | int] = {
        parameter: section[key] for parameter, key in names.items() if key in section
    }
    if not parameters.get("RoleSessionName"):
        parameters.pop("RoleSessionName", None)
    seconds = _seconds(section)
    return parameters if seconds is None else {**parameters, "DurationSeconds": seconds}


def entry_name(parameters: Mapping[str, str | int]) -> str:
    """Return the file name of the session with these parameters of AssumeRole.

    It is the SHA-1 of their JSON with sorted keys (botocore, BaseAssumeRoleCredentialFetcher).
    """
    text = json.dumps(dict(parameters), sort_keys=True)
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest() + ".json"


def to_entry(session: Session) -> bytes:
    """Return the entry that the AWS CLI would write for AWS's answer."""
    keys, role = session.keys, parse_arn(session.role_arn or "")
    if role is None or keys.session_token is None or session.expires_at is None:
        raise ValueError("not a complete role session")
    name = role.resource.rpartition("/")[2]
    user = f"arn:{role.partition}:sts::{role.account}:assumed-role/{name}"
    entry = {
        "Credentials": {
            "AccessKeyId": keys.access_key_id,
            "SecretAccessKey": keys.secret_access_key.reveal(),
            "SessionToken": keys.session_token.reveal(),
            "Expiration": format_time(session.expires_at),
            "AccountId": role.account,
        },
        "AssumedRoleUser": {"Arn": f"{user}/{session.role_session_name}"},
    }
    return json.dumps(entry).encode()


def expires_at(entry: bytes) -> datetime:
    """Return when an entry's session expires; ValueError if malformed."""
    try:
        credentials = read_json(entry)["Credentials"]
        ends = parse_time(credentials["Expiration"])
        is_whole = all(credentials[key] for key in ("AccessKeyId", "SecretAccessKey"))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not an entry of the AWS CLI's cache") from error
    if ends is None or not is_whole:
        raise ValueError("not an entry of the AWS CLI's cache")
    return ends
