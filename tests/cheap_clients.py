"""Does once per process what botocore repeats for each client, since the tests make thousands.

A client then takes 10 ms instead of 60. Forks of the process inherit what is done.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import Any

KINDS = ("service-2", "paginators-1", "waiters-2")
"""The kinds of models that are looked up for a client or for a command of the AWS CLI."""


def make_clients_cheap(botocore: str, *services: str) -> None:
    """Patch the package of this name (the AWS CLI has a copy of its own); read these models.

    All sessions share a loader of models and the translated names of 170 events, and the package
    no longer checks the arguments of its own handlers.
    """
    session: Any = import_module(f"{botocore}.session")
    hooks: Any = import_module(f"{botocore}.hooks")
    translated: dict[str, str] = {}
    make_aliaser = hooks.EventAliaser.__init__

    def make_sharing_aliaser(aliaser: Any, *args: Any, **kwargs: Any) -> None:
        make_aliaser(aliaser, *args, **kwargs)
        aliaser._alias_name_cache = translated

    session.create_loader = functools.cache(session.create_loader)
    hooks.EventAliaser.__init__ = make_sharing_aliaser
    hooks.BaseEventHooks._verify_accept_kwargs = lambda _hooks, _handler: True

    first = session.Session()
    for service in services:
        first.create_client(service, "us-east-1", aws_access_key_id="", aws_secret_access_key="")
    for kind in KINDS:
        first.get_component("data_loader").list_available_services(kind)
