"""A local AWS that enforces MFA: it checks signatures, codes, sessions and policies."""

from mfa_session.sandbox.identities import Device, Role, User
from mfa_session.sandbox.sandbox import ACCOUNT, ALLOW_ALL, Sandbox

__all__ = ["ACCOUNT", "ALLOW_ALL", "Device", "Role", "Sandbox", "User"]
