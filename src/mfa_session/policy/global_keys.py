"""The condition keys that AWS has for all services (IAM reference, global condition context keys).

Those of `_OLDER` stand in policies of AWS's own or of its older guides.
"""

from __future__ import annotations

import re

from mfa_session.model.text import nearest_of

_NAMES = """
AssumedRoot CalledVia CalledViaAWSMCP CalledViaFirst CalledViaLast ChatbotSourceArn CurrentTime
Ec2InstanceSourcePrivateIPv4 Ec2InstanceSourceVpc EpochTime FederatedProvider IsMcpServiceAction
MultiFactorAuthAge MultiFactorAuthPresent PrincipalAccount PrincipalArn PrincipalIsAWSService
PrincipalOrgID PrincipalOrgPaths PrincipalServiceName PrincipalServiceNamesList PrincipalType
RequestedRegion ResourceAccount ResourceOrgID ResourceOrgPaths SecureTransport SignInSessionArn
SourceAccount SourceArn SourceIdentity SourceIp SourceOrgID SourceOrgPaths SourceVpc SourceVpcArn
SourceVpce TagKeys TokenIssueTime UserAgent ViaAWSMCPService ViaAWSService VpcSourceIp VpceAccount
VpceOrgID VpceOrgPaths referer userid username
"""
_OLDER = "PrincipalOrgMasterAccountId SourceOwner"
_TAGS = "PrincipalTag RequestTag ResourceTag"
_KEYS = {name.lower(): name for name in f"{_NAMES} {_OLDER}".split()}
_TAG_KEYS = {name.lower(): name for name in _TAGS.split()}
_form = re.compile(r"aws:([a-z0-9_-]+)(/.+)?", re.IGNORECASE | re.ASCII).fullmatch


def meant_instead(key: str) -> str | None:
    """Return the key that is most like one which AWS does not have; None if AWS has it.

    What is not written as a key of AWS's is not judged: other prefixes, placeholders.
    """
    found = _form(key)
    if found is None:
        return None
    name, of_a_tag = found[1].lower(), found[2] is not None
    known, tail = (_TAG_KEYS, "/…") if of_a_tag or name in _TAG_KEYS else (_KEYS, "")
    if name in known and of_a_tag == bool(tail):
        return None
    near = nearest_of(name, known, most=1)
    return f"aws:{known[near[0]]}{tail}" if near else ""
