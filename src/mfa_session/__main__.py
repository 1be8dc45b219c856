"""The entry point."""

from __future__ import annotations

import sys

INTERRUPTED_EXIT_CODE = 130


def main() -> None:
    """Run the program and end the process with its exit code.

    Ctrl-C while the rest is still being imported ends it as later: 130, and no traceback.
    """
    try:
        from mfa_session.cli.main import run  # noqa: PLC0415  # as the docstring says

        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED_EXIT_CODE)


if __name__ == "__main__":
    main()
