"""IAM's errors about devices, keys and policies, and one of STS."""

from __future__ import annotations

from mfa_session.sandbox.errors import ServiceError


def device_exists() -> ServiceError:
    """A virtual device has this name already."""
    return ServiceError(
        409,
        "EntityAlreadyExists",
        "MFADevice entity at the same path and name already exists.",
    )


def device_in_use() -> ServiceError:
    """The device belongs to a user already."""
    return ServiceError(409, "EntityAlreadyExists", "MFA Device is already in use")


def quota_reached(quota: str, number: int) -> ServiceError:
    """The quota is reached (`MFADevicesPerUser`: 8)."""
    return ServiceError(409, "LimitExceeded", f"Cannot exceed quota for {quota}: {number}")


def no_such_device(serial: str) -> ServiceError:
    """No device has this serial."""
    return ServiceError(
        404, "NoSuchEntity", f"VirtualMFADevice with serial number {serial} does not exist."
    )


def no_such_device_of_user(serial: str) -> ServiceError:
    """The user has no device with this serial."""
    return ServiceError(404, "NoSuchEntity", f"MFA Device {serial} is not valid for this user.")


def device_still_active() -> ServiceError:
    """An assigned device cannot be deleted."""
    return still_in_use("MFA VirtualDevice in use. Must deactivate first.")


def wrong_pair() -> ServiceError:
    """The two codes are not consecutive or not current."""
    return ServiceError(
        403, "InvalidAuthenticationCode", "Authentication code for device is not valid."
    )


def no_such_key(access_key_id: str) -> ServiceError:
    """The user has no such key."""
    message = f"The Access Key with id {access_key_id} cannot be found."
    return ServiceError(404, "NoSuchEntity", message)


def no_such_policy(name: str) -> ServiceError:
    """No policy has this name or ARN."""
    return ServiceError(404, "NoSuchEntity", f"The policy with name {name} cannot be found.")


def malformed_policy() -> ServiceError:
    """The policy document is malformed."""
    message = "Syntax errors in policy."
    return ServiceError(400, "MalformedPolicyDocument", message)


def exists(kind: str, name: str) -> ServiceError:
    """The name is taken."""
    message = f"{kind} with name {name} already exists."
    return ServiceError(409, "EntityAlreadyExists", message)


def still_in_use(message: str) -> ServiceError:
    """An entity in use cannot be deleted."""
    return ServiceError(409, "DeleteConflict", message)


def region_disabled(account: str) -> ServiceError:
    """STS is switched off in this region."""
    return ServiceError(
        403,
        "RegionDisabledException",
        f"STS is not activated in this region for account:{account}. Your account administrator "
        "can activate STS in this region using the IAM Console.",
    )
