"""The entry point."""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED_EXIT_CODE = 130


def main() -> None:
    """Run the program and end the process with its exit code.

    Ctrl-C while the rest is still being imported ends it as later: 130, and no traceback.
    """
    gc.disable()  # imports leave no garbage to look for; a command runs with it again
    try:
        from mfa_session.cli.main import run  # noqa: PLC0415  # as the docstring says

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED_EXIT_CODE
    if os.name == "nt":  # whose children's codes are larger than _exit takes
        sys.exit(code)
    # All is flushed. To take the interpreter apart would cost a quarter of a bare one's whole time.
    os._exit(code)


if __name__ == "__main__":
    main()
