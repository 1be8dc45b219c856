"""The operations of AWS's services that the installed botocore knows; asks AWS for nothing."""

from __future__ import annotations

import functools

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader


def operations_of(service: str) -> tuple[str, ...]:
    """Return the operations of a service, by botocore's name of it; none where it has none."""
    try:
        return tuple(_loader().load_service_model(service, "service-2")["operations"])
    except DataNotFoundError:
        return ()


@functools.cache
def _loader() -> Loader:
    """Return botocore's loader, which remembers which services there are."""
    return Loader()
