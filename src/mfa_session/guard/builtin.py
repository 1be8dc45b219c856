"""The built-in list: operations that take away what is not easily had again, or stop what runs."""

from __future__ import annotations

PROTECT = (
    # What is gone is gone.
    "*:Delete*",
    "*:BatchDelete*",
    "*:AdminDelete*",
    "*:Terminate*",
    "*:Purge*",
    "*:Deregister*",
    "*:Release*",
    "*:Deprovision*",
    "*:Rebuild*",
    "kms:ScheduleKeyDeletion",
    "s3:PutLifecycleConfiguration",
    # Whatever a stack or a zone holds may be replaced or removed.
    "cloudformation:ExecuteChangeSet",
    "cloudformation:UpdateStack*",
    "route53:ChangeResourceRecordSets",
    # What runs no longer does, or is no longer reached.
    "ec2:Stop*",
    "*:StopDB*",
    "ecs:StopTask",
    "lightsail:Stop*",
    "workspaces:Stop*",
    "*:Reboot*",
    "*:Failover*",
    "*:Switchover*",
    "*:Detach*",
    "ec2:Disassociate*",
    "ec2:CancelSpotFleetRequests",
    "events:RemoveTargets",
    # Who may do what, and who watches.
    "*:Revoke*",
    "*:Disable*",
    "iam:Remove*",
    "iam:DeactivateMFADevice",
    "organizations:Remove*",
    "organizations:CloseAccount",
    "organizations:LeaveOrganization",
    "cloudtrail:StopLogging",
    "config:StopConfigurationRecorder",
    "guardduty:StopMonitoringMembers",
)

PASS = (
    # Everyday work that the patterns above would catch: labels, messages that were read, sessions
    # that end, old revisions.
    "*:DeleteTags*",
    "s3:Delete*Tagging",
    "sqs:DeleteMessage*",
    "*:DeleteSession",
    "*:TerminateSession",
    "*:RevokeToken",
    "cloudformation:DeleteChangeSet",
    "ecs:DeregisterTaskDefinition",
    "batch:DeregisterJobDefinition",
)
