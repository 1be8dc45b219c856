"""What having many role sessions touches."""

from __future__ import annotations

from mfa_session.aws.sts import AwsCalls
from mfa_session.files.cli_cache import CliCacheFiles
from mfa_session.model.feature_ports import RolesEdges
from mfa_session.system.limits import most_locks
from mfa_session.system.signals import put_off
from mfa_session.system.waiting import run_limited

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.cli.run import Basics
    from mfa_session.model.session import Keys
    from mfa_session.model.settings import Source


def make_roles(basics: Basics, jobs: int) -> RolesEdges:
    """Return the edges for `jobs` calls at once; each credential_process runs once."""
    run, session = basics.run, basics.session()
    fetched: dict[Source, Keys] = {}

    def process_keys(source: Source) -> Keys:
        if source not in fetched:
            fetched[source] = session.process_keys(source)
        return fetched[source]

    aws = AwsCalls(run.clock, run.aws_clock, run_limited, run.environ, at_once=jobs)
    return RolesEdges(
        session=session.replace(aws=aws, process_keys=process_keys),
        put_off=put_off,
        pause=run.clock.pause,
        progress=run.console.progress,
        most_locks=most_locks(),
        cache=CliCacheFiles(run.environ, run.files.state, run.console.warn),
    )
