"""What serving a session touches: a child, this program once more, the AWS config."""

from __future__ import annotations

from functools import partial

from mfa_session.files.shared import ProfilesWriter
from mfa_session.model.feature_ports import JobEdges
from mfa_session.system.child import end_as, run_child
from mfa_session.system.own_program import OwnProgram
from mfa_session.system.signals import wait_for_signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from mfa_session.cli.run import Run


def make_jobs(run: Run) -> JobEdges:
    """Return the edges."""
    return JobEdges(
        own_program=OwnProgram(),
        run_child=partial(run_child, run.console),
        end_as=end_as,
        wait_for_signal=wait_for_signal,
        write_profile=partial(_write_profile, run),
    )


def _write_profile(run: Run, name: str, values: Mapping[str, str]) -> None:
    present = run.files.profiles().in_config(name) or {}
    new: dict[tuple[str, ...], str | None] = {
        (name, key): value for key, value in values.items() if present.get(key) != value
    }
    if new:
        writer = ProfilesWriter(run.environ, run.files.state, run.console.warn)
        writer.update(new, {place: present.get(place[1]) for place in new})
