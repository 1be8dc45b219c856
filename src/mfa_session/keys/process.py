"""`keys process`: print a profile's key from the keyring, as a credential_process does.

An SDK waits for it, so it imports nothing that only other commands need.
"""

from __future__ import annotations

import json

from mfa_session.model.iam import not_stored
from mfa_session.model.record import Record, Result
from mfa_session.session.context import Context


class Options(Record):
    """The options of `keys process`."""

    profile: str = "default"


def run(options: Options, ctx: Context) -> Result:
    """Print the key; ConfigurationError `key-not-stored` if the keyring has none."""
    keys = ctx.make.stored_keys().get(options.profile)
    if keys is None:
        raise not_stored(options.profile)
    pair = {
        "Version": 1,
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key.reveal(),
    }
    return Result(data={}, lines=(json.dumps(pair),))
