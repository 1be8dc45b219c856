"""What is written for the answers: one change for each value that is not so already."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record
from mfa_session.model.times import spell_duration
from mfa_session.session.names import DEFAULT_NAME
from mfa_session.setup.answers import check_repointed, why_not

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mfa_session.session.context import Inputs
    from mfa_session.setup.answers import Answers, NewRoleProfile

SETTINGS, PROFILES = "settings", "profiles"
_CREDENTIALS = (
    "aws_access_key_id",
    "credential_process",
    "login_session",
    "sso_session",
    "sso_start_url",
    "web_identity_token_file",
)
_OF_SESSION = ("source_profile", "mfa_serial", "duration", "code", "code_command", "region")


class Change(Record):
    """One value to be written: to config.toml (`settings`) or ~/.aws/config (`profiles`).

    `place` is tables and key, or profile and key; durations are seconds; `before` is None where
    nothing stands, `after` where the line goes. `agreed` says that the person has said yes to it.
    """

    file: str
    place: tuple[str, ...]
    before: object = None
    after: object = None
    agreed: bool = False

    @property
    def label(self) -> str:
        """How to speak of what is set."""
        *tables, key = self.place
        return ".".join(self.place) if self.file == SETTINGS else f"{key} of profile {tables[0]!r}"

    @property
    def replaces(self) -> bool:
        """Whether a value that somebody has set would be lost."""
        return self.before is not None and self.before != self.after

    def shown(self, value: object) -> str:
        """Return a value of it as people write it."""
        if self.place[-1] == "duration" and isinstance(value, int):
            return spell_duration(value)
        return "nothing" if value is None else str(value)


def plan(inputs: Inputs, answers: Answers) -> list[Change]:
    """Return the changes that make the files say what was answered; none where they do already.

    Raises ConfigurationError for a role that cannot be set up.
    """
    changes = [*_of_settings(inputs, answers), *_of_roles(inputs, answers)]
    changes += _of_repointed(inputs, answers)
    return [change for change in changes if change.before != change.after]


def questions(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that would replace a value without anybody having said so."""
    return [change for change in changes if change.replaces and not change.agreed]


def setting_exists(change: Change) -> ConfigurationError:
    """Return the error for a value that may not be replaced unasked."""
    before, after = change.shown(change.before), change.shown(change.after)
    return ConfigurationError(
        "setting-exists",
        f"{change.label} is {before}, and would become {after}",
        "to confirm it",
        add=("--force",),
    )


def _of_settings(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    values: dict[tuple[str, ...], object] = {
        ("sessions", answers.name, key): getattr(answers, key) for key in _OF_SESSION
    }
    if _is_first(inputs, answers.name):
        values[("defaults", "profile")] = answers.name
    values[("guard", "confirm")] = answers.confirm
    for place, value in values.items():
        if value is not None:
            agreed = place[-1] in answers.typed
            before = inputs.file.value(place)
            yield Change(file=SETTINGS, place=place, before=before, after=value, agreed=agreed)


def _is_first(inputs: Inputs, name: str) -> bool:
    """Say whether a session becomes the one that is meant when none is named."""
    others = inputs.file.sessions.keys() - {name}
    return name != DEFAULT_NAME and not others and "profile" not in inputs.file.defaults


def _of_roles(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    for role in answers.roles:
        _check_role(inputs, answers, role)
        wanted: dict[str, str | None] = {
            "role_arn": role.arn,
            "source_profile": answers.target,
            "mfa_serial": None,
        }
        stands = inputs.profiles.in_config(role.profile)
        wanted.update((k, v) for k, v in answers.reach.items() if k not in stands)
        yield from _of_profile(inputs, role.profile, wanted, agreed=False)


def _check_role(inputs: Inputs, answers: Answers, role: NewRoleProfile) -> None:
    reason = why_not(inputs, role.profile, answers.target)
    if role.profile in {answers.name, answers.source_profile}:
        reason = "it is the session's own name, or its source"
    elif reason is None and _gets_keys(inputs, role.profile):
        reason = "it has credentials of its own, which a role_arn would hide"
    if reason is not None:
        raise ConfigurationError(
            "not-repointable",
            f"profile {role.profile!r} cannot be set up for a role: {reason}",
            "give the role another profile: --role NAME=ARN",
        )


def _gets_keys(inputs: Inputs, name: str) -> bool:
    """Say whether a profile without a role gets credentials of its own."""
    section = inputs.profiles.section(name)
    return "role_arn" not in section and any(key in section for key in _CREDENTIALS)


def _of_repointed(inputs: Inputs, answers: Answers) -> Iterator[Change]:
    for name in answers.repointed:
        check_repointed(inputs, name, answers.source_profile, answers.target)
        wanted = {"source_profile": answers.target, "mfa_serial": None}
        yield from _of_profile(inputs, name, wanted, agreed=True)


def _of_profile(
    inputs: Inputs, name: str, wanted: Mapping[str, str | None], *, agreed: bool
) -> Iterator[Change]:
    section = inputs.profiles.in_config(name)
    for key, value in wanted.items():
        yield Change(
            file=PROFILES, place=(name, key), before=section.get(key), after=value, agreed=agreed
        )
