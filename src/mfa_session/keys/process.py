"""`keys process`: a profile's pair from the keyring, as the JSON that SDKs ask for.

An SDK waits for it: nothing is imported that the other commands need.
"""

from __future__ import annotations

import json

from mfa_session.model.long_term_keys import not_stored
from mfa_session.model.record import Record, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.session.context import Context


class Options(Record):
    """What `keys process` was given."""

    profile: str = "default"


def run(options: Options, ctx: Context) -> Result:
    """Print the pair. ConfigurationError `key-not-stored` where the keyring has none."""
    keys = ctx.make.stored_keys().get(options.profile)
    if keys is None:
        raise not_stored(options.profile)
    pair = {
        "Version": 1,
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key.reveal(),
    }
    return Result(data={}, lines=(json.dumps(pair),))
