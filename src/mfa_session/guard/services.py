"""Names of one thing: the AWS CLI's services and commands, and what IAM calls them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.guard.aws_words import AwsCall

# The CLI's name of a service → the prefix of its actions in IAM policies, where they differ.
# From the Service Authorization Reference.
IAM_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "amp": "aps",
    "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway",
    "appconfigdata": "appconfig",
    "application-insights": "applicationinsights",
    "appintegrations": "app-integrations",
    "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "bedrock-data-automation": "bedrock",
    "bedrock-data-automation-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "chime-sdk-identity": "chime",
    "chime-sdk-media-pipelines": "chime",
    "chime-sdk-meetings": "chime",
    "chime-sdk-messaging": "chime",
    "chime-sdk-voice": "chime",
    "cloudcontrol": "cloudformation",
    "cloudhsmv2": "cloudhsm",
    "cloudsearchdomain": "cloudsearch",
    "codeguruprofiler": "codeguru-profiler",
    "configservice": "config",
    "connect-contact-lens": "connect",
    "connectcampaigns": "connect-campaigns",
    "connectcampaignsv2": "connect-campaigns",
    "connectcases": "cases",
    "connectparticipant": "connect",
    "customer-profiles": "profile",
    "deploy": "codedeploy",
    "docdb": "rds",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "forecastquery": "forecast",
    "greengrassv2": "greengrass",
    "iot-data": "iot",
    "iotevents-data": "iotevents",
    "iotsecuretunneling": "iot",
    "ivs-realtime": "ivs",
    "keyspaces": "cassandra",
    "kinesis-video-archived-media": "kinesisvideo",
    "kinesis-video-media": "kinesisvideo",
    "kinesis-video-signaling": "kinesisvideo",
    "kinesisanalyticsv2": "kinesisanalytics",
    "lex-models": "lex",
    "lex-runtime": "lex",
    "lexv2-models": "lex",
    "lexv2-runtime": "lex",
    "location": "geo",
    "mailmanager": "ses",
    "marketplace-agreement": "aws-marketplace",
    "marketplace-catalog": "aws-marketplace",
    "marketplace-entitlement": "aws-marketplace",
    "meteringmarketplace": "aws-marketplace",
    "migrationhub-config": "mgh",
    "mturk": "mechanicalturk",
    "mwaa": "airflow",
    "neptune": "rds",
    "neptunedata": "neptune-db",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "payment-cryptography-data": "payment-cryptography",
    "personalize-events": "personalize",
    "personalize-runtime": "personalize",
    "pinpoint": "mobiletargeting",
    "pinpoint-email": "ses",
    "pinpoint-sms-voice": "sms-voice",
    "pinpoint-sms-voice-v2": "sms-voice",
    "qconnect": "wisdom",
    "resourcegroupstaggingapi": "tag",
    "runtime.sagemaker": "sagemaker",
    "s3api": "s3",
    "s3control": "s3",
    "s3outposts": "s3-outposts",
    "sagemaker-a2i-runtime": "sagemaker",
    "sagemaker-edge": "sagemaker",
    "sagemaker-featurestore-runtime": "sagemaker",
    "sagemaker-metrics": "sagemaker",
    "sagemaker-runtime": "sagemaker",
    "service-quotas": "servicequotas",
    "servicecatalog-appregistry": "servicecatalog",
    "sesv2": "ses",
    "sso-admin": "sso",
    "sso-oidc": "sso-oauth",
    "stepfunctions": "states",
    "support-app": "supportapp",
    "timestream-query": "timestream",
    "timestream-write": "timestream",
    "voice-id": "voiceid",
}

# Commands of the CLI that IAM knows by another name, or as several actions: what they do to what
# is there already. What they read, or write anew, is left out.
_ACTIONS = {
    ("s3", "rm"): ("DeleteObject",),
    ("s3", "mv"): ("DeleteObject",),
    ("s3", "rb"): ("DeleteBucket",),
    ("s3", "mb"): ("CreateBucket",),
    ("s3", "cp"): ("PutObject",),
    ("s3", "sync"): ("PutObject",),
    ("s3", "website"): ("PutBucketWebsite",),
    ("s3api", "delete-objects"): ("DeleteObject",),
    ("s3api", "delete-bucket-lifecycle"): ("DeleteBucketLifecycle", "PutLifecycleConfiguration"),
    ("s3api", "put-bucket-lifecycle"): ("PutLifecycleConfiguration",),
    ("s3api", "put-bucket-lifecycle-configuration"): ("PutLifecycleConfiguration",),
    ("cloudformation", "deploy"): ("ExecuteChangeSet", "CreateChangeSet"),
    ("deploy", "deregister"): ("DeregisterOnPremisesInstance",),
    ("emr", "terminate-clusters"): ("TerminateJobFlows",),
}


def prefix_of(service: str) -> str:
    """Return IAM's prefix for a service that the CLI calls so."""
    return IAM_PREFIXES.get(service, service)


def actions_of(call: AwsCall, operation: str) -> tuple[str, ...]:
    """Return the IAM actions, without prefix, that an operation of this call stands for."""
    service = call.service or ""
    if (service, operation) == ("s3", "rb") and _has(call, "--force"):
        return ("DeleteBucket", "DeleteObject")
    if (service, operation) == ("s3", "sync") and _has(call, "--delete"):
        return ("DeleteObject", "PutObject")
    if (service, operation) == ("cloudformation", "deploy") and _has(
        call, "--no-execute-changeset"
    ):
        return ("CreateChangeSet",)
    return _ACTIONS.get((service, operation)) or (spell_action(operation),)


def spell_action(operation: str) -> str:
    """Write an operation of the CLI as IAM does: `stop-instances` is `StopInstances`.

    Capitals within a word (`DeleteDBInstance`) cannot be known; IAM takes them as equal.
    """
    return "".join(word[:1].upper() + word[1:] for word in operation.split("-"))


def _has(call: AwsCall, option: str) -> bool:
    """Say whether an option is given, in full or by its beginning.

    What begins like a global option has been taken for that one, as the CLI does: `--de` is
    `--debug`, and only `--del` is `--delete`.
    """
    return any(len(name) > len("--x") and option.startswith(name) for name in call.options())
