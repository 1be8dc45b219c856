"""The built-in list: operations that delete what is hard to restore, or stop what runs."""

from __future__ import annotations

PROTECT = (
    # Delete.
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
    # Make data expire.
    "s3:PutLifecycleConfiguration",
    "ecr:PutLifecyclePolicy",
    "logs:PutRetentionPolicy",
    # May replace or remove what a stack or a zone holds.
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack*",
    "route53:ChangeResourceRecordSets",
    # Stop or disconnect what runs.
    "*:Stop*",
    "*:Reboot*",
    "*:Failover*",
    "*:Switchover*",
    "*:Detach*",
    "*:Disassociate*",
    "*:Withdraw*",
    "ec2:CancelSpotFleetRequests",
    # Withdraw permissions, or weaken other protections.
    "*:Revoke*",
    "*:Disable*",
    "*:Deactivate*",
    "organizations:CloseAccount",
    "organizations:LeaveOrganization",
)

PASS = (
    # Everyday operations that the patterns above match: tags, messages that have been read, caches,
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
