"""Condition keys that do not exist, in conditions and as variables."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Any

from mfa_session.policy.conditions import is_met_without_key
from mfa_session.policy.credentials import MFA_AGE, MFA_PRESENT
from mfa_session.policy.document import Document
from mfa_session.policy.fixes import HOUR_SECONDS, age_seconds, right_condition
from mfa_session.policy.intrinsics import as_written, is_unfilled
from mfa_session.policy.mfa import is_age, is_present
from mfa_session.policy.rules.condition_keys import (
    KEYS,
    is_in_form,
    meant_instead,
    slip_of,
    tag_meant_by,
)
from mfa_session.policy.rules.rule import ERROR, NOTE, WARNING, Flaw, Flaws, Rule, Subject
from mfa_session.policy.rules.setup_cures import asking_for_mfa
from mfa_session.policy.statement import Condition

UNKNOWN_KEY = Rule(
    "unknown-mfa-key",
    ERROR,
    "A key that resembles one of the two MFA keys, such as `aws:MFAPresent`: no request has it.",
)
NO_SUCH_KEY = Rule(
    "unknown-condition-key",
    WARNING,
    "AWS has no such key, in a condition or as a variable: no request has it. This is known of "
    "`aws:`, `iam:`, `sts:` and `saml:`; in a policy or file about MFA also of `dynamodb:`, "
    "`ec2:`, `lambda:`, `rds:`, `s3:` and `secretsmanager:`. Or the name of the tag is missing or "
    "follows no slash (`aws:PrincipalTag:team`), an action lacks the key (`s3:GetObject` has no "
    "`s3:prefix`), a Deny of everything exempts by a key of one service, only an AWS service's "
    "request has the key (`aws:SourceAccount`), or no statement allows what brings it "
    "(`sts:TagSession`). Beside a condition on MFA, a key of no AWS service (`okta:…`) or without "
    "a prefix is reported as well.",
)
_plain_form = re.compile(r"([a-z][a-z0-9-]*:)?[\w-]+(?:/.+)?", re.IGNORECASE | re.ASCII).fullmatch
_ANYWHERE = {"aws", "iam", "saml", "sts"}  # whose keys are judged without a condition on MFA
_EXISTING = "use one of AWS's condition keys"
_PRESENT_NAME, _AGE_NAME = (each.lower().partition(":")[2] for each in (MFA_PRESENT, MFA_AGE))
_ALIKE = 0.8  # of the letters, for a key to be one of the two misspelt
_variable = re.compile(r"(?<!\$)\$\{([^{},]+)[^{}]*\}")
_of_a_user = re.compile(r"aws:(?:username|userid|principaltag/[\w-]+)", re.IGNORECASE).findall
_of_terraform = re.compile(r"\$\$\{|\$\{(?:data|each|local|module|var|aws_\w+)\.").search
_filled_in = re.compile(r"(?<!\$)\$\{(?![\w-]+:[^:])").search
_TEMPLATES = (".tftpl", ".tpl", ".tmpl")
# What the Serverless Framework fills in, whose files are YAML.
_OF_SERVERLESS = {"aws:accountid", "aws:region"}


def check_keys(subject: Subject) -> Flaws:
    """Find misspelt MFA keys."""
    for condition in subject.statement.conditions:
        meant = misspelt(condition)
        if meant:
            right = with_right_key(subject, condition, meant)
            cure, fix = asking_for_mfa(subject, right, [condition])
            removed = bool(fix) and fix != right
            yield Flaw(
                UNKNOWN_KEY,
                condition.position,
                f"AWS has no condition key {condition.key!r}"
                + ("" if removed else f"; {meant} was probably meant"),
                f"no request has that key: {_never_there(subject, condition)}",
                cure,
                fix,
            )


def check_global_keys(subject: Subject) -> Flaws:
    """Find keys of all services, S3 or SAML that AWS does not have, and misspelt ones of IAM."""
    for condition in subject.statement.conditions:
        prefix = condition.key.lower().partition(":")[0]
        concerned = subject.document.kind == "resource" or subject.is_beside_mfa
        is_bare = condition.known and ":" not in condition.key
        about = subject.mfa_conditions or ((prefix in KEYS or is_bare) and concerned)
        if misspelt(condition) or not (about or prefix in _ANYWHERE):
            continue
        near = meant_instead(condition.key)
        near = _meant_by_other(subject, condition.key) if near is None else near
        if near is not None:
            yield Flaw(
                NO_SUCH_KEY,
                condition.position,
                f"AWS has no condition key {condition.key}" + _and_nearest(near),
                f"no request has that key: {met_always_or_never(condition)}",
                f"write {near}" if tag_meant_by(condition.key) else _EXISTING,
                severity=None if near or prefix == "aws" else NOTE,
            )


def check_variables(subject: Subject) -> Flaws:
    """Find variables that IAM cannot fill in, and keys that should be variables."""
    wrong = [
        ((item, exempting), f"write ${{{key}}}", f"{key} is plain text to IAM outside of ${{…}}")
        for item, exempting in subject.texts
        if str(item.value).startswith("arn:") or "{aws:" in str(item.value)
        for key in keys_outside_of_braces(str(item.value))
        # Terraform has `&{aws:username}` and `$${aws:username}`.
        if not _of_terraform(as_written(str(item.value), subject.document.written))
    ]
    for text in subject.texts:
        value = str(text[0].value)
        for key in map(str.strip, _variable.findall(value) if "${" in value else ()):
            near = meant_instead(key)
            dotted = _as_variable(key.lower())
            if key.startswith("!aws:"):
                message = f"only CloudFormation's Fn::Sub makes ${{{key[1:]}}} of ${{{key}}}"
                wrong.append((text, f"write ${{{key[1:]}}}", message))
            elif dotted != key.lower() and meant_instead(dotted) is None and is_in_form(dotted):
                wrong.append((text, f"write ${{{dotted}}}", f"{key} is no variable of IAM"))
            elif near is not None and not (subject.is_in_yaml and key.lower() in _OF_SERVERLESS):
                message = f"AWS has no condition key {key}{_and_nearest(near)}"
                wrong.append((text, _EXISTING, message))
    told = set[str]()
    for (item, exempting), cure, message in wrong:
        if message not in told:
            told.add(message)
            effect = subject.effect_of_none(exempting=exempting)
            who = f"the value matches nothing: it {effect}"
            yield Flaw(NO_SUCH_KEY, subject.place_at(item), message, who, cure)


def _as_variable(key: str) -> str:
    """Return a variable's key without signs that IAM does not have: `aws.userid`, `aws::userid`."""
    return key.replace("aws.", "aws:", 1).replace("aws::", "aws:", 1).partition("|")[0].strip()


def check_escapes(subject: Subject) -> Flaws:
    """Find the first `$${aws:username}` in a policy with nothing else that a template fills in."""
    source = subject.document.source
    escaped = next((each for each, _ in subject.texts if "$${aws:" in str(each.value)), None)
    if escaped is None or "$${aws:" in source.text[: escaped.offset]:
        return
    is_final = subject.document.resource_type.startswith("aws_")  # Terraform has filled it in
    if is_final or not (_filled_in(source.text) or source.label.endswith(_TEMPLATES)):
        yield Flaw(
            NO_SUCH_KEY,
            source.position(escaped.offset),
            "to IAM, $${aws:…} is a $ before the value; only Terraform's templatefile makes it "
            "${aws:…}",
            f"{'' if is_final else 'unless it does, '}the value matches nothing",
            "write ${aws:…} where IAM is to read this text",
            severity=None if is_final else NOTE,
        )


def misspelt(condition: Condition) -> str | None:
    """Return the MFA key that another key is meant to be."""
    key = condition.key.lower().partition("/")[0]  # what follows is the name of a tag
    prefix, _, name = (part.strip(": ") for part in key.rpartition(":"))
    other = (
        prefix == "saml" or "." in condition.key.partition(":")[0] or tag_meant_by(condition.key)
    )
    if other or is_unfilled(key) or is_present(condition) or is_age(condition):
        return None
    near = difflib.get_close_matches(name, (_PRESENT_NAME, _AGE_NAME), n=1, cutoff=_ALIKE)
    of_age = name.endswith("age")
    if near:
        of_age = near[0] == _AGE_NAME and (condition.operator != "Bool" or of_age)
    elif not ("mfa" in name or "multifactor" in name):
        return None
    return MFA_AGE if of_age else MFA_PRESENT


def keys_of_no_request(documents: Iterable[Document]) -> dict[str, str]:
    """Return the keys and variables that surely no request has, and what was meant."""
    meant: dict[str, str | None] = {}
    for document in documents:
        for statement in document.statements:
            conditions = statement.conditions
            meant |= {each.key: misspelt(each) or slip_of(each.key) for each in conditions}
            texts = [value for each in conditions for value in each.values]
            for text in (*texts, *(statement.resources or ()), *(statement.not_resources or ())):
                if "${" in text:
                    keys = map(str.strip, _variable.findall(text))
                    meant |= {key: slip_of(key) for key in keys if not is_unfilled(f"${{{key}}}")}
    return {key: right for key, right in meant.items() if right}


def with_right_key(subject: Subject, wrong: Condition, meant: str | None) -> dict[str, Any]:
    """Return the Condition with the MFA key that is meant, and the age that is compared."""
    ages = filter(None, map(age_seconds, wrong.values))
    age = next(ages, HOUR_SECONDS) if meant == MFA_AGE else None
    return right_condition(
        subject.statement, instead_of=[wrong], age_limit=str(age) if age else None
    )


def _meant_by_other(subject: Subject, key: str) -> str | None:
    """Return the same as `meant_instead` for a key without a prefix, or of no AWS service."""
    found = None if is_unfilled(key) else _plain_form(key)
    if found is None or subject.whole.names is None:
        return None
    if found[1] is None:
        name = KEYS["aws"].get(key.lower())
        return f"aws:{name}" if name else ""
    if found[1].lower().removesuffix(":") in KEYS:
        return None
    return "" if subject.whole.names.look_up(f"{found[1]}*") else None


def met_always_or_never(condition: Condition) -> str:
    """Say what follows if no request has the condition's key."""
    return f"the condition is {'always' if is_met_without_key(condition) else 'never'} met"


def _never_there(subject: Subject, condition: Condition) -> str:
    matches = is_met_without_key(condition)
    if subject.statement.allows:
        return "everybody gets through, without MFA too" if matches else "everybody is locked out"
    return "everybody is locked out, with MFA too" if matches else "nobody is stopped"


def _and_nearest(key: str) -> str:
    return f"; the nearest is {key}" if key else ""


def keys_outside_of_braces(text: str) -> list[str]:
    """Return the keys in a text that lack a variable's braces."""
    return _of_a_user(_variable.sub("", text) if "${" in text else text)
