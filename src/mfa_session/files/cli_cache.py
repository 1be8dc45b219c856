"""The AWS CLI's own cache of role sessions: `~/.aws/cli/cache`."""

from __future__ import annotations

import os
import sys

from mfa_session.files.atomic import not_written, replace_file
from mfa_session.files.reading import PRIVATE_MODE, check_place, unreadable
from mfa_session.files.state import make_private_directory, read_own
from mfa_session.files.writable import check_path
from mfa_session.model.errors import ConfigurationError
from mfa_session.model.paths import expand
from mfa_session.model.text import deleting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

WHAT = "the AWS CLI's cache"


class CliCacheFiles:
    """The files of the cache, each private and written whole; made when the first is written."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._folder = expand("~/.aws/cli/cache", environ)

    def path(self, name: str) -> str:
        """Return where an entry stands."""
        return os.path.join(self._folder, name)

    def check(self) -> None:
        """Raise ConfigurationError `file-not-written` or `unsafe-file`; change nothing."""
        some = self.path("entry.json")
        check_path(some)
        check_place(some, WHAT)

    def read(self, name: str) -> bytes | None:
        """Return an entry. ConfigurationError `foreign-cache-entry`."""
        path = self.path(name)
        try:
            data = read_own(path, _is_mine)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if os.path.islink(path):
                raise self.foreign(name) from None
            raise unreadable(path, error) from error
        if data is None:
            raise self.foreign(name)
        return data

    def write(self, name: str, data: bytes) -> None:
        """Write an entry. Raises ConfigurationError `file-not-written`."""
        path = self.path(name)
        try:
            make_private_directory(os.path.realpath(self._folder))
        except OSError as error:
            raise not_written(path, error) from error
        replace_file(path, data, mode=PRIVATE_MODE)

    def foreign(self, name: str) -> ConfigurationError:
        """See CliCache."""
        path = self.path(name)
        return ConfigurationError(
            "foreign-cache-entry",
            f"{path} was not written by the AWS CLI, and is left alone",
            f"check it; if nobody needs it: {deleting(path)}",
        )


def _is_mine(status: os.stat_result) -> bool:
    return sys.platform == "win32" or status.st_uid == os.geteuid()
