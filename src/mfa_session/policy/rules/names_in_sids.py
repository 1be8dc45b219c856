"""Words of a Sid that look like a promise, and are the name of something or mean another thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mfa_session.policy.coverage import names_of
from mfa_session.policy.document import Statement

# Words that hold `exclu`, `exempt`, `deny`, `version` or a time, and mean none.
_names = re.compile(
    "exclusive|(?<!mfa)exclusions?(?!.*mfa)|(?<!mfa)exemptions?(?!for(?!m)|from|of|to|$|.*mfa)"
    "|(?:tax|vat)exempt(?:ions?)?|(?<=[a-z])(?<!mfa)whitelist"
    "|whitelist(?:management|ed?(?:domain|ip|url))|(?<=[a-z])(?<!allow)(?<!mfa)exceptions?"
    "|exceptions?topic|deny(?:list|rule)s?|(?:app|con|di|in|lambda|sub)versions?"
    "|version(?:ed|ing)bucket|ec2|route53|s3"
    "|permanent(?:employee|member|people|staff|storage|team|user)"
    # Of those who look for people without MFA.
    "|(?:alert|audit|count|detect|disable|find|list|monitor|notify|publish|remediate|report)[a-z]*?"
    "(?:non?-?mfa|(?:account|login|user)s?(?:with(?:out)?|no|non)(?:mfa|2fa))[a-z]*",
    re.IGNORECASE,
)
_guarded = re.compile(
    "arn:[^:]*:(?:config|iam|organizations):[^:]*:[^:]*:(?!mfa/|role/|user/).*(?:mfa|2fa)",
    re.IGNORECASE,
).match
_of_a_guard = re.compile(
    "(?:protect|guard|keep|lock|read|view|see|get|list|remov|delet|detach|edit|chang|tamper)[a-z]*"
    "(?:(?:requir|enforc)[a-z]*(?:mfa|2fa)|(?:mfa|2fa)(?:requir|enforc)[a-z]*)polic"
).search
_of_versions = re.compile("[^a-z]versions?(?![a-z])", re.IGNORECASE).search
_words = re.compile("[a-z]{3,}").findall
_several_times = re.compile(
    "[0-9][ _-]?h(?:(?:ou)?rs?)?[ _-]?(?:and)?[ _-]?[0-9]|[0-9](?:[._]|point)[0-9]|plus|grace"
    "|shift",
    re.IGNORECASE,
).search
_event = re.compile(
    "blackfriday|christmas|cutover|easter|freeze|holiday|launch|maintenance|migration|release|xmas"
).search
# In DenyAllExceptMfaSetupAndSupport, but not in …EnrolmentAndManagement.
_of_more = re.compile(
    "(?<=[a-z])(?:And|Or|Plus)(?!Device|Enrol|List|Login|Manag|M[Ff][Aa]|Own|Password|Regist|Resync"
    "|Self|Sess|Set|Token|View)[A-Z]"
).search


def without_names(sid: str) -> str:
    """Return a Sid without such words."""
    return _names.sub("", sid)


def names_mfa_only(statement: Statement) -> bool:
    """Say whether MFA is in the name of what a statement is about.

    This is a policy, rule or group that is called after MFA, or S3's MFA Delete.
    """
    sid, names = statement.sid_letters, names_of(statement)
    if "mfadelete" in sid and all("bucketversioning" in name for name in names):
        return True
    guards = _of_a_guard(sid) is not None and all("polic" in name for name in names)
    return guards or any(map(_guarded, statement.resources or ()))


def names_a_bucket(statement: Statement, word: str) -> bool:
    """Say whether a statement is on a bucket with `version` in its name, and that is the word."""
    return word == "version" and any(map(_of_versions, statement.resources or ()))


def names_one_of(values: Iterable[str], sid: str) -> bool:
    """Say whether a Sid names what a condition compares, as OnProd does."""
    return any(word in sid for value in values for word in _words(value.lower()))


def excepts_more(sid: str) -> bool:
    """Say whether a Sid excepts something besides MFA's setup."""
    return _of_more(sid) is not None


def tells_several_times(sid: str) -> bool:
    """Say whether a Sid tells a time in parts or with a tolerance: 12h30m, 1HourPlusGrace."""
    return _several_times(sid) is not None


def names_an_event(sid: str) -> bool:
    """Say whether a Sid names what happens once, such as CutoverWeekend."""
    return _event(sid) is not None
