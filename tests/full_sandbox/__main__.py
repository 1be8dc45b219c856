"""`PYTHONPATH=tests python -m full_sandbox`: run an AWS with one user until Ctrl-C."""

from __future__ import annotations

import argparse
import threading

from full_sandbox import FullSandbox
from mfa_session.sandbox.sandbox import ALLOW_ALL


def main() -> None:
    """Start on loopback, print the URL and a user's keys as shell assignments, and wait."""
    parser = argparse.ArgumentParser(prog="python -m full_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port (default: a free one)")
    arguments = parser.parse_args()
    with FullSandbox(arguments.port) as aws:
        carol = aws.create_user("carol", policies=[ALLOW_ALL])
        phone = aws.create_device(carol)
        for name, value in aws.environ(carol, region="eu-west-1").items():
            print(f"export {name}={value}")
        print(f"# device {phone.serial}")
        print(f"# base32 {phone.secret}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
