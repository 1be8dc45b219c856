"""A local AWS that enforces MFA: signatures, codes, sessions and policies are really checked."""

from mfa_session.sandbox.identities import Device, Role, User
from mfa_session.sandbox.sandbox import ACCOUNT, ALLOW_ALL, Sandbox

__all__ = ["ACCOUNT", "ALLOW_ALL", "Device", "Role", "Sandbox", "User"]
