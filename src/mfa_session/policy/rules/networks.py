"""Networks under aws:SourceIp that hold no address of a request, or all of them."""

from __future__ import annotations

import ipaddress

from mfa_session.policy.conditions import hold_all_addresses, network
from mfa_session.policy.coverage import names_of
from mfa_session.policy.rules.rule import NOTE, Flaw, Flaws, Subject
from mfa_session.policy.rules.values import WRONG_VALUE, effect_of_wrong
from mfa_session.policy.statement import Condition

_PRIVATE = tuple(
    ipaddress.ip_network(each)
    for each in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "0.0.0.0/32",
    )
)
_NOWHERE = "0.0.0.0"  # noqa: S104  # nothing is bound to it


def check_all_networks(subject: Subject) -> Flaws:
    """Find networks under aws:SourceIp that no address is outside of."""
    for condition in subject.other_conditions if subject.mfa_conditions else ():
        if _exempts_all_addresses(condition):
            gets = "gets through" if subject.statement.allows else "is stopped"
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"these networks hold every IPv4 address: {condition.written} matches none",
                f"no request from an IPv4 address {gets}",
                f"write the networks that are meant, or remove {condition.key}",
            )


def check_networks(subject: Subject) -> Flaws:
    """Find networks under aws:SourceIp that no public address is in."""
    if all(name.startswith("vpc-lattice") for name in names_of(subject.statement)):
        return
    for condition in subject.other_conditions:
        private = _private_networks(condition)
        alone = len(private) == len(condition.values)
        if private and (alone or subject.whole.concern_mfa):
            yield Flaw(
                WRONG_VALUE,
                condition.position,
                f"{condition.key} is never a private address, such as in {private[0]!r}"
                if private[0] != _NOWHERE
                else f"{_NOWHERE} is a single address, which nobody has; 0.0.0.0/0 is everywhere",
                effect_of_wrong(subject, condition, private),
                "write public networks; for calls through a VPC endpoint compare aws:VpcSourceIp",
                severity=None if alone else NOTE,
            )


def has_wrong_networks(condition: Condition) -> bool:
    """Say whether its networks are wrong, beside a condition about MFA."""
    private = _private_networks(condition)
    all_private = bool(private) and len(private) == len(condition.values)
    return all_private or _exempts_all_addresses(condition)


def _exempts_all_addresses(condition: Condition) -> bool:
    exempt = condition.is_about("aws:SourceIp") and condition.operator == "NotIpAddress"
    return exempt and hold_all_addresses(condition.values)


def _private_networks(condition: Condition) -> list[str]:
    compared = condition.is_about("aws:SourceIp") and "IpAddress" in condition.operator
    return list(filter(_private_network, condition.values)) if compared else []


def _private_network(value: str) -> bool:
    within = network(value)
    if within is None:
        return False
    wider = [each for each in _PRIVATE if each.version == within.version]
    return any(within.subnet_of(each) for each in wider)  # type: ignore[arg-type]
