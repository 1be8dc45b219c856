"""`exec --serve`: a command beside an endpoint that has its credentials."""

from __future__ import annotations

from mfa_session.serve.environment import job_environment
from mfa_session.serve.serving import open_endpoint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from mfa_session.model.settings import SessionOptions
    from mfa_session.session.context import Context
    from mfa_session.session.in_use import SessionInUse


def run_job(
    use: SessionInUse,
    options: SessionOptions,
    ctx: Context,
    command: Sequence[str],
    region: str | None,
) -> int:
    """Run the command to its end; return its exit code, or end by the signal that ended it."""
    jobs = ctx.make.jobs()
    with open_endpoint(use, options, ctx, jobs, region=region) as serving:
        environ = job_environment(ctx.environ, serving.variables)
        exit_code = jobs.run_child(command, environ, serving.start)
    return jobs.end_as(exit_code)
