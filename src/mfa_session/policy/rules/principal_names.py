"""What a principal can be, and why a text can be none."""

from __future__ import annotations

import re
from collections.abc import Callable

from mfa_session.policy.aws_names import NameList
from mfa_session.policy.intrinsics import is_unfilled, variables_of_iam
from mfa_session.policy.rules.callers import without_path

# A word stands for an account's number, or for an id, which AWS prints of a user who is gone.
_ACCOUNT = r"(?:[0-9]{12}|(?=[0-9-]*[A-Za-z_])[\w-]+)"
_ALONE = (
    "[0-9]{12}|[A-Z][A-Z0-9_-]+"
    r"|(?i:(?=[\w-]{0,60}(?:acc(?:oun)?t|arn|xxx|(?<![a-z])id(?![a-z])))[\w-]{1,120})"
)
_of_no_principal = re.compile(r"arn:[^:]+:iam::[^:]+:(group|instance-profile|policy)/.*").fullmatch
_service = re.compile(r"\*|[\w-]+(\.[\w-]+)+").fullmatch
_PRINCIPALS: dict[str, tuple[Callable[[str], object], str]] = {
    "AWS": (
        re.compile(
            rf"\*|{_ALONE}|arn:[^:]+:iam::{_ACCOUNT}:(root|(user|role)/[^*?]*[^*?/])"
            rf"|arn:[^:]+:sts::{_ACCOUNT}:(assumed-role/[^*?/]+/|federated-user/)[^*?]+"
        ).fullmatch,
        (
            "name an account by its 12 digits, or a user or role by its ARN; to match several, "
            "name the account and add a condition on aws:PrincipalArn"
        ),
    ),
    "Federated": (
        re.compile(
            r"(?!arn:|[0-9]{12}$|(?!cognito-identity)[\w.-]+\.amazonaws\.com(\.cn)?$).+"
            rf"|arn:[^:]+:iam::{_ACCOUNT}:(saml|oidc)-provider/(?!https?://)[^*?]+"
        ).fullmatch,
        "name the identity provider by its ARN",
    ),
    "Service": (_service, "name the service, such as ec2.amazonaws.com"),
}
# Services' principals whose names are long enough to tell a slip of the pen.
_SERVICE_NAMES = """
apigateway appsync autoscaling cloudformation cloudfront cloudtrail cloudwatch codebuild codedeploy
codepipeline ecs-tasks edgelambda elasticbeanstalk elasticfilesystem elasticmapreduce events
firehose guardduty kinesis kinesisanalytics lambda redshift sagemaker secretsmanager serverlessrepo
spotfleet states storagegateway vpc-flow-logs
"""
_SERVICES = NameList(_SERVICE_NAMES.split())
_DOMAINS = NameList(["amazonaws.com"])
_of_amazon = re.compile(r"(?!alexa)([a-z0-9-]+)[.](?:(?:aws|amazonaws)[.])?amazon[.]com").fullmatch
_CALLED = {
    "api-gateway": "apigateway",
    "cloudwatch-logs": "logs",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
    "flow-logs": "vpc-flow-logs",
    "kinesis-firehose": "firehose",
    "step-functions": "states",
    "stepfunctions": "states",
    "vpcflowlogs": "vpc-flow-logs",
}
_TYPES = ("*", "aws", "canonicaluser", "federated", "service")


def why_no_principal(kind: str, text: str) -> tuple[str, str] | None:
    """Say why a text cannot be a principal of a kind (`AWS`), and the cure; None if it may be."""
    if kind.lower() not in _TYPES and not is_unfilled(kind):
        return f"{kind} cannot be a type of principal", "use AWS, Service or Federated"
    fits, cure = _PRINCIPALS.get(kind, (str, ""))
    filled_in = is_unfilled(text) and not _of_no_principal(text)
    if kind == "Service" and (meant := _service_meant(text)):
        return f"AWS has no service principal {text}", f"write {meant}"
    if kind == "AWS" and without_path(text):
        cure = "write the role's ARN with its path, such as role/aws-reserved/sso.amazonaws.com/…"
        return f"there is no role {text}: roles that AWS creates have a path", cure
    if kind == "Service" and text.startswith("arn:"):
        cure = f'write {{"AWS": "{text}"}}'
    elif ((fits(text) and not variables_of_iam(text)) or filled_in) or not cure:
        return None
    elif kind != "Service" and _service(text):
        cure = f'write {{"Service": "{text}"}}'
    return f"{text} cannot be a principal of the type {kind}", cure


def _service_meant(text: str) -> str | None:
    """Return the service's principal for one that is misspelt; None if none surely is."""
    name, dot, domain = text.lower().partition(".amazonaws.")
    if not dot:
        other, labels = _of_amazon(text.lower()), text.lower().rsplit(".", 2)
        slip = len(labels) > 2 and _DOMAINS.slip(".".join(labels[1:]))  # noqa: PLR2004
        return f"{other[1] if other else labels[0]}.amazonaws.com" if other or slip else None
    meant = _CALLED.get(name) or (None if name in _SERVICES.spelled else _SERVICES.slip(name))
    return f"{meant}{dot}{domain}" if meant else None
