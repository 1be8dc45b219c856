"""Read actions, resources and condition keys of the command line, as policies name them.

The names of most commands and calls are those of actions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mfa_session.model.errors import UsageError
from mfa_session.policy.conditions import COMPARISONS
from mfa_session.policy.credentials import MFA_AGE, MFA_PRESENT, Known, Values
from mfa_session.policy.patterns import may_meet
from mfa_session.policy.rules.resource_kinds import MEANT, OF_NONE, fits, resource_of

_ACTION = re.compile(r"(?P<service>[A-Za-z0-9-]+)(?::|\s+)(?P<name>[A-Za-z0-9*?-]+)", re.ASCII)
# The AWS CLI's names of services that have another name in IAM.
_PREFIXES = {
    "configservice": "config",
    "deploy": "codedeploy",
    "docdb": "rds",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "neptune": "rds",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3api": "s3",
    "s3control": "s3",
    "sesv2": "ses",
    "sso-admin": "sso",
    "stepfunctions": "states",
}
# Calls whose action has another name; in lower case, without hyphens.
CALLS = {
    "bedrock:converse": "bedrock:InvokeModel",
    "bedrock:conversestream": "bedrock:InvokeModelWithResponseStream",
    "bedrock-runtime:converse": "bedrock:InvokeModel",
    "bedrock-runtime:invokemodel": "bedrock:InvokeModel",
    "dynamodb:transactgetitems": "dynamodb:GetItem",
    "ecr:getloginpassword": "ecr:GetAuthorizationToken",
    "eks:updatekubeconfig": "eks:DescribeCluster",
    "kms:reencrypt": "kms:ReEncryptFrom",
    "lambda:invoke": "lambda:InvokeFunction",
    "lambda:invokewithresponsestream": "lambda:InvokeFunction",
    "s3:completemultipartupload": "s3:PutObject",
    "s3:copyobject": "s3:PutObject",
    "s3:createmultipartupload": "s3:PutObject",
    "s3:deletebucketcors": "s3:PutBucketCORS",
    "s3:deletebucketencryption": "s3:PutEncryptionConfiguration",
    "s3:deletebucketlifecycle": "s3:PutLifecycleConfiguration",
    "s3:deletebucketownershipcontrols": "s3:PutBucketOwnershipControls",
    "s3:deletebucketreplication": "s3:PutReplicationConfiguration",
    "s3:deletebuckettagging": "s3:PutBucketTagging",
    "s3:deleteobjects": "s3:DeleteObject",
    "s3:deletepublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:getbucketaccelerateconfiguration": "s3:GetAccelerateConfiguration",
    "s3:getbucketencryption": "s3:GetEncryptionConfiguration",
    "s3:getbucketlifecycle": "s3:GetLifecycleConfiguration",
    "s3:getbucketlifecycleconfiguration": "s3:GetLifecycleConfiguration",
    "s3:getbucketnotificationconfiguration": "s3:GetBucketNotification",
    "s3:getbucketreplication": "s3:GetReplicationConfiguration",
    "s3:getobjectlockconfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:getpublicaccessblock": "s3:GetBucketPublicAccessBlock",
    "s3:headbucket": "s3:ListBucket",
    "s3:headobject": "s3:GetObject",
    "s3:listbuckets": "s3:ListAllMyBuckets",
    "s3:listmultipartuploads": "s3:ListBucketMultipartUploads",
    "s3:listobjects": "s3:ListBucket",
    "s3:listobjectsv2": "s3:ListBucket",
    "s3:listobjectversions": "s3:ListBucketVersions",
    "s3:listparts": "s3:ListMultipartUploadParts",
    "s3:putbucketaccelerateconfiguration": "s3:PutAccelerateConfiguration",
    "s3:putbucketencryption": "s3:PutEncryptionConfiguration",
    "s3:putbucketlifecycle": "s3:PutLifecycleConfiguration",
    "s3:putbucketlifecycleconfiguration": "s3:PutLifecycleConfiguration",
    "s3:putbucketnotificationconfiguration": "s3:PutBucketNotification",
    "s3:putbucketreplication": "s3:PutReplicationConfiguration",
    "s3:putobjectlockconfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:putpublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:selectobjectcontent": "s3:GetObject",
    "s3:uploadpart": "s3:PutObject",
    "s3:uploadpartcopy": "s3:PutObject",
    "sns:publishbatch": "sns:Publish",
    "sqs:changemessagevisibilitybatch": "sqs:ChangeMessageVisibility",
    "sqs:deletemessagebatch": "sqs:DeleteMessage",
    "sqs:sendmessagebatch": "sqs:SendMessage",
    # `aws s3 …`
    "s3:mb": "s3:CreateBucket",
    "s3:rb": "s3:DeleteBucket",
    "s3:rm": "s3:DeleteObject",
}
# Names that nothing has, and the action that does what they say; in lower case.
MISNOMERS = {
    "cloudtrail:disablelogging": "cloudtrail:StopLogging",
    "cloudtrail:disabletrail": "cloudtrail:StopLogging",
    "cloudtrail:stoptrail": "cloudtrail:StopLogging",
    "ec2:createinstances": "ec2:RunInstances",
    "ec2:launchinstances": "ec2:RunInstances",
    "iam:createmfadevice": "iam:CreateVirtualMFADevice",
    "iam:deactivateaccesskey": "iam:UpdateAccessKey",
    "iam:deactivatevirtualmfadevice": "iam:DeactivateMFADevice",
    "iam:deletemfadevice": "iam:DeactivateMFADevice",
    "iam:disableaccesskey": "iam:UpdateAccessKey",
    "iam:enablevirtualmfadevice": "iam:EnableMFADevice",
    "iam:removemfadevice": "iam:DeactivateMFADevice",
    "iam:resetpassword": "iam:UpdateLoginProfile",
    "iam:resyncvirtualmfadevice": "iam:ResyncMFADevice",
    "iam:switchrole": "sts:AssumeRole",
    "kms:deletekey": "kms:ScheduleKeyDeletion",
    "kms:updatekeypolicy": "kms:PutKeyPolicy",
    "organizations:deleteaccount": "organizations:CloseAccount",
    "s3:deletebucketpublicaccessblock": "s3:PutBucketPublicAccessBlock",
    "s3:listallbuckets": "s3:ListAllMyBuckets",
    "s3:listobject": "s3:ListBucket",
    "secretsmanager:getsecret": "secretsmanager:GetSecretValue",
    "secretsmanager:getsecrets": "secretsmanager:GetSecretValue",
    "sts:assumerolewithmfa": "sts:AssumeRole",
    "sts:switchrole": "sts:AssumeRole",
}
# Verbs that services use for the same thing.
SYNONYMS = (
    {"deactivate", "disable"},
    {"delete", "destroy", "drop", "remove", "terminate"},
    {"activate", "enable"},
    {"change", "edit", "modify", "update"},
    {"describe", "get", "read", "view"},
    {"describe", "list"},
    {"put", "set", "write"},
    {"reboot", "restart"},
    {"shutdown", "stop"},
)
# Services whose actions are HTTP methods (`apigateway:POST`).
BY_METHOD = {"apigateway"}
# The methods of what their calls' names begin with.
METHODS = {
    "create": "POST",
    "delete": "DELETE",
    "get": "GET",
    "import": "POST",
    "put": "PUT",
    "update": "PATCH",
}
# Commands and calls for which AWS asks for several actions.
_SEVERAL = {
    "dynamodb:batchexecutestatement": "dynamodb:PartiQLSelect, dynamodb:PartiQLUpdate and the like",
    "dynamodb:executestatement": "dynamodb:PartiQLSelect, dynamodb:PartiQLUpdate and the like",
    "dynamodb:executetransaction": "dynamodb:PartiQLSelect, dynamodb:PartiQLUpdate and the like",
    "dynamodb:transactwriteitems": "dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem and "
    "dynamodb:ConditionCheckItem",
    "s3:cp": "s3:GetObject and s3:PutObject",
    "s3:ls": "s3:ListAllMyBuckets or s3:ListBucket",
    "s3:mv": "s3:GetObject, s3:PutObject and s3:DeleteObject",
    "s3:presign": "s3:GetObject",
    "s3:sync": "s3:ListBucket, s3:GetObject, s3:PutObject and perhaps s3:DeleteObject",
    "s3:website": "s3:PutBucketWebsite",
}


def read_action(text: str) -> str:
    """Return an action as policies spell it, also for the AWS CLI's `ec2 stop-instances`.

    Raises UsageError `bad-action`.
    """
    if text == "*":
        return text
    found = _ACTION.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            "bad-action",
            f"{text!r} is not an action",
            "write it as policies do, such as ec2:StopInstances, or as ec2:stop-instances",
        )
    service = found["service"].lower()
    service = _PREFIXES.get(service, service)
    plain = f"{service}:{found['name'].replace('-', '').lower()}"
    if plain in _SEVERAL:
        raise UsageError(
            "bad-action",
            f"{text!r} is a command or call, not an action",
            f"ask about its actions: {_SEVERAL[plain]}",
        )
    return CALLS.get(plain) or f"{service}:{_pascal(found['name'])}"


def _pascal(name: str) -> str:
    if "-" not in name and name != name.lower():
        return name
    return "".join(word[:1].upper() + word[1:] for word in name.split("-"))


# The operators that can compare a key, and a value.
_TYPES = {
    "aws:currenttime": ("DateEquals", "2031-05-01T12:00:00Z"),
    "aws:epochtime": ("NumericEquals", "1935403200"),
    "aws:securetransport": ("Bool", "true"),
    "aws:sourceip": ("IpAddress", "192.0.2.7"),
    "aws:tokenissuetime": ("DateEquals", "2031-05-01T12:00:00Z"),
    "aws:viaawsservice": ("Bool", "true"),
    "aws:vpcsourceip": ("IpAddress", "192.0.2.7"),
}


def read_keys(context: Iterable[str], absent: Iterable[str]) -> Known:
    """Return the keys of --context and --absent, in lower case; UsageError `bad-context`."""
    found: dict[str, Values] = {}
    for pair in context:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise _bad(f"--context {pair!r} is not KEY=VALUE", "write it as aws:SourceIp=192.0.2.7")
        operator, sample = _TYPES.get(key.lower(), ("", ""))
        if operator and COMPARISONS[operator](value, value, None) is not True:
            raise _bad(f"{key} is never {value!r}", f"write it as {key}={sample}")
        key = key.lower()
        found[key] = (*found.get(key, ()), value)
    keys: Known = {**found, **dict.fromkeys(map(str.lower, absent))}
    for key in keys:
        if key in {MFA_PRESENT.lower(), MFA_AGE.lower()}:
            raise _bad(
                f"{key} differs between the kinds of credentials",
                "leave it out; --mfa-age gives the age of a session",
            )
        if keys[key] is None and key in found:
            raise _bad(f"--context gives {key} a value, and --absent none", "leave one out")
    return keys


def _bad(message: str, hint: str) -> UsageError:
    return UsageError("bad-context", message, hint)


def read_resource(resource: str, action: str) -> str:
    """Return the resource, empty if the action has none: then only `*` in policies matches.

    UsageError `bad-resource` for what is no ARN, or none that the action has.
    """
    wanted = resource_of(action.lower()) or ""
    is_arn = may_meet(resource, "arn:*:*:*:*:?*")
    if is_arn and (resource == "*" or not wanted or fits(resource, wanted)):
        return "" if wanted == OF_NONE else resource
    meant = MEANT.get(wanted, "arn:aws:s3:::BUCKET").replace("${aws:username}", "NAME")
    raise UsageError(
        "bad-resource",
        f"{action} has no resource such as {resource!r}"
        if is_arn
        else f"--resource {resource!r} is not an ARN",
        "leave out --resource" if meant == "*" else f"write it as {meant}",
    )
