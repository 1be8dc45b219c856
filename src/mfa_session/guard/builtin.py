"""The built-in list: operations that take away what is not easily had again, or stop what runs."""

from __future__ import annotations

PROTECT = (
    # What is gone is gone.
    "*:Delete*",
    "*:BatchDelete*",
    "*:AdminDelete*",
    "*:Terminate*",
    "*:Remove*",
    "*:Purge*",
    "*:Deregister*",
    "*:Release*",
    "*:Deprovision*",
    "*:Rebuild*",
    "*:Reset*",
    "*:Decrease*",
    "kms:ScheduleKeyDeletion",
    "rds:BacktrackDBCluster",
    "codeartifact:DisposePackageVersions",
    # What is older than a rule says will go.
    "s3:PutLifecycleConfiguration",
    "ecr:PutLifecyclePolicy",
    "logs:PutRetentionPolicy",
    # Whatever a stack or a zone holds may be replaced or removed.
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack*",
    "route53:ChangeResourceRecordSets",
    # What runs no longer does, or is no longer reached.
    "*:Stop*",
    "*:Reboot*",
    "*:Failover*",
    "*:Switchover*",
    "*:Detach*",
    "*:Disassociate*",
    "*:Withdraw*",
    "ec2:CancelSpotFleetRequests",
    # Who may do what, and what is watched.
    "*:Revoke*",
    "*:Disable*",
    "*:Deactivate*",
    "organizations:CloseAccount",
    "organizations:LeaveOrganization",
)

PASS = (
    # Everyday work that the patterns above would catch: labels, messages that were read, caches,
    # old revisions, and jobs that can be started again.
    "*:DeleteTags*",
    "*:Remove*Tags*",
    "s3:Delete*Tagging",
    "sqs:DeleteMessage*",
    "*:Reset*Cache",
    "*:DeleteSession",
    "*:TerminateSession",
    "*:RevokeToken",
    "cloudformation:DeleteChangeSet",
    "ecs:DeregisterTaskDefinition",
    "batch:DeregisterJobDefinition",
    "*:Stop*Build*",
    "*:Stop*Execution*",
    "*:Stop*Job*",
    "*:Stop*Query*",
    "*:Stop*Run",
    "*:Stop*Search*",
    "*:Stop*Session",
)
