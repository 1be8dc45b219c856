"""`login`: from a code to a session that every reader of the file can use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import processes

if TYPE_CHECKING:
    from e2e.conftest import LogIn
    from mfa_session.sandbox import Sandbox


def test_what_was_denied_works_with_the_session(aws: Sandbox, log_in: LogIn) -> None:
    instance = aws.create_instance(name="db-1")
    cli = processes.installed_program("aws")
    stop = [cli, "ec2", "stop-instances", "--instance-ids", instance]
    before = processes.run_process(stop)
    log_in("--profile", "mfa")
    after = processes.run_process([*stop, "--profile", "mfa"])
    assert "UnauthorizedOperation" in before.stderr
    assert after.exit_code == 0, after
    assert instance in after.stdout
