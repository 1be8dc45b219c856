"""The region that a protected command would use, and so runs in."""

from __future__ import annotations

from mfa_session.model.errors import ConfigurationError
from mfa_session.model.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mfa_session.guard.aws_words import AwsCall
    from mfa_session.guard.plan import Plan
    from mfa_session.session.inputs import Inputs

FIRST_VERSION = 1
"""Of the AWS CLI."""


class Regions(Record):
    """The regions that a command may use, mostly one; and the variables that keep it there.

    The program of another vendor reads AWS_REGION or AWS_DEFAULT_REGION, so there may be two.
    `doubt` says why it had to be found out which one counts.
    """

    names: tuple[str, ...] = ()
    variables: Mapping[str, str]
    doubt: str = ""

    @property
    def only(self) -> str | None:
        """The region, where there is one alone."""
        return self.names[0] if len(self.names) == 1 else None


def find_regions(
    inputs: Inputs, call: AwsCall | None, plan: Plan, cli_version: Callable[[], int | None]
) -> Regions:
    """Return where a command would run: by its own words, the environment or the profile.

    Version 2 of the AWS CLI reads AWS_REGION, then AWS_DEFAULT_REGION, then the profile; version 1
    passes over AWS_REGION. `cli_version` is asked where that makes a difference. Raises
    ConfigurationError `ambiguous-region` where it returns None then.
    """
    around = inputs.environ
    profile = _region_of_profile(inputs, plan)
    second = _first_set(around.get("AWS_DEFAULT_REGION"), profile)
    first = _first_set(around.get("AWS_REGION"), second)
    if call is None:
        names = tuple(dict.fromkeys(name for name in (first, second) if name))
        return Regions(names=names, variables=_absent(around, profile))
    region, doubt = call.region, ""
    if not region:
        region = first
        if first != second:
            region = second if _version(cli_version) == FIRST_VERSION else first
            other = "AWS_DEFAULT_REGION" if "AWS_DEFAULT_REGION" in around else "the profile"
            doubt = f"AWS_REGION and {other} differ; this AWS CLI uses {region or 'neither'}"
    names = (region,) if region else ()
    if call.in_shell:  # the alias may run other commands as well, which keep their own
        return Regions(names=names, variables=_absent(around, profile), doubt=doubt)
    variables = dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), region) if region else {}
    return Regions(names=names, variables=variables, doubt=doubt)


def _version(cli_version: Callable[[], int | None]) -> int:
    version = cli_version()
    if version is None:
        raise ConfigurationError(
            "ambiguous-region",
            "AWS_REGION and the other region setting differ, and which one counts depends on the "
            "version of the AWS CLI, which is not known",
            "say which region you mean with --region, or unset one of them",
        )
    return version


def _first_set(*values: str | None) -> str | None:
    """Return the first value that is set: one set to nothing counts, as in botocore."""
    return next((value for value in values if value is not None), None)


def _absent(around: Mapping[str, str], profile: str | None) -> dict[str, str]:
    """Return the profile's region by the variables that would take its place, were they set."""
    if not profile or "AWS_DEFAULT_REGION" in around:
        return {}
    variables = {"AWS_DEFAULT_REGION": profile}
    return variables if "AWS_REGION" in around else {**variables, "AWS_REGION": profile}


def _region_of_profile(inputs: Inputs, plan: Plan) -> str | None:
    own = inputs.profiles.section(plan.profile_read(inputs) or "default").get("region")
    return own or (plan.settings.written_region if plan.settings else None)
