"""The region that a protected command would use, and so runs in."""

from __future__ import annotations

from contextlib import suppress

from mfa_session.guard.aws_words import is_aws
from mfa_session.model.errors import ConfigurationError
from mfa_session.system.programs import OnlyWrappersError, find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.cli.app import App
    from mfa_session.guard.decision import Verdict
    from mfa_session.guard.step_up import Plan

FIRST_VERSION = 1
"""Of the AWS CLI."""


def region_of(app: App, words: Sequence[str], plan: Plan, verdict: Verdict) -> str | None:
    """Return the region the command would use: its own, the environment's, the profile's."""
    if verdict.call is not None and verdict.call.region:
        return verdict.call.region
    region, default = app.environ.get("AWS_REGION"), app.environ.get("AWS_DEFAULT_REGION")
    if region and default and region != default:
        region = default if verdict.call and not _reads_aws_region(app, words) else region
        app.talk.warn(f"AWS_REGION and AWS_DEFAULT_REGION differ; {region} is what it would use")
    return region or default or _region_of_profile(app, plan)


def _reads_aws_region(app: App, words: Sequence[str]) -> bool:
    """Say whether the AWS CLI here reads AWS_REGION first, as version 2 does, or not at all."""
    from mfa_session.cli.wiring import aws_cli_version  # noqa: PLC0415  # every edge

    version = None
    with suppress(OnlyWrappersError):
        program = find_program(words[0], app.environ) or words[0]
        version = aws_cli_version((program, *words[1 : is_aws(words)]))
    if version is None:
        raise ConfigurationError(
            "ambiguous-region",
            "AWS_REGION and AWS_DEFAULT_REGION differ, and it is the AWS CLI's version that tells "
            "which one counts",
            "say which you mean: --region, or unset one of them",
        )
    return version > FIRST_VERSION


def _region_of_profile(app: App, plan: Plan) -> str | None:
    own = plan.facts.section(profile_read(app, plan) or "default").get("region")
    return own or (plan.settings.written_region if plan.settings else None)


def profile_read(app: App, plan: Plan) -> str | None:
    """Return the profile whose region and output count, be the keys from elsewhere or not."""
    around = app.environ.get("AWS_DEFAULT_PROFILE") or app.environ.get("AWS_PROFILE")
    return plan.identity.profile or around
