"""Translates the AWS CLI's services and commands into IAM's names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.guard.aws_words import AwsCall

# The CLI's service → IAM's prefix where it differs (Service Authorization Reference).
IAM_PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "amp": "aps",
    "apigatewaymanagementapi": "execute-api",
    "apigatewayv2": "apigateway",
    "appconfigdata": "appconfig",
    "appintegrations": "app-integrations",
    "application-insights": "applicationinsights",
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
    "cleanroomsml": "cleanrooms-ml",
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
    "finspace-data": "finspace-api",
    "forecastquery": "forecast",
    "greengrassv2": "greengrass",
    "iot-data": "iot",
    "iot-jobs-data": "iotjobsdata",
    "iotsecuretunneling": "iot",
    "ivs-realtime": "ivs",
    "keyspaces": "cassandra",
    "keyspacesstreams": "cassandra",
    "kinesis-video-archived-media": "kinesisvideo",
    "kinesis-video-media": "kinesisvideo",
    "kinesis-video-signaling": "kinesisvideo",
    "kinesis-video-webrtc-storage": "kinesisvideo",
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
    "mediastore-data": "mediastore",
    "meteringmarketplace": "aws-marketplace",
    "migration-hub-refactor-spaces": "refactor-spaces",
    "migrationhub-config": "mgh",
    "migrationhuborchestrator": "migrationhub-orchestrator",
    "migrationhubstrategy": "migrationhub-strategy",
    "mturk": "mechanicalturk",
    "mwaa": "airflow",
    "neptune": "rds",
    "neptunedata": "neptune-db",
    "opensearch": "es",
    "opensearchserverless": "aoss",
    "partnercentral-selling": "partnercentral",
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

# CLI commands with another name or several actions in IAM: only actions that change what exists.
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

# Commands whose actions an option changes: the option, the length of its shortest prefix, and the
# actions. The CLI takes `--de` for its own `--debug`. An option that makes a command harmless must
# be written in full.
_WITH_OPTION = {
    ("s3", "rb"): ("--force", len("--f"), ("DeleteBucket", "DeleteObject")),
    ("s3", "sync"): ("--delete", len("--del"), ("DeleteObject", "PutObject")),
    ("s3api", "delete-object"): (
        "--version-id",
        len("--version-"),
        ("DeleteObject", "DeleteObjectVersion"),
    ),
    ("cloudformation", "deploy"): (
        "--no-execute-changeset",
        len("--no-execute-changeset"),
        ("CreateChangeSet",),
    ),
}

_CAPITALS = {"db": "DB", "mfa": "MFA"}


def prefix_of(service: str) -> str:
    """Return IAM's prefix for a service of the CLI."""
    return IAM_PREFIXES.get(service, service)


def actions_of(call: AwsCall, operation: str) -> tuple[str, ...]:
    """Return the IAM actions, without prefix, that an operation of this call needs."""
    name = (call.service or "", operation)
    if name in _WITH_OPTION:
        option, shortest, actions = _WITH_OPTION[name]
        if any(option.startswith(given) and len(given) >= shortest for given in call.options()):
            return actions
    return _ACTIONS.get(name) or (spell_action(operation),)


def possible_actions(service: str, operation: str) -> tuple[str, ...]:
    """Return the IAM actions, without prefix, that an operation may need, whatever its options."""
    name = (service, operation)
    with_option = _WITH_OPTION[name][2] if name in _WITH_OPTION else ()
    return (*_ACTIONS.get(name, ()), *with_option, spell_action(operation))


def spell_action(operation: str) -> str:
    """Spell an operation of the CLI as IAM does: `StopInstances` for `stop-instances`.

    Services differ in which words are in capitals; IAM ignores case.
    """
    return "".join(
        _CAPITALS.get(word) or word[:1].upper() + word[1:] for word in operation.split("-")
    )
