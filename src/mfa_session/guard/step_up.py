"""Steps up before a protected command: shows what it hits, gets the session, asks."""

from __future__ import annotations

from mfa_session.guard.aws_words import count_cli_words, without_profile
from mfa_session.guard.plan import STEPPED_UP, find_regions, make_plan
from mfa_session.guard.preview import Preview
from mfa_session.model.arns import account_of
from mfa_session.model.errors import ConfigurationError, DeclinedError, NoMfaError
from mfa_session.model.session import read_keys
from mfa_session.session.acquire import acquire
from mfa_session.session.environment import child_environment, session_variables
from mfa_session.session.identity import KEYS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mfa_session.guard.plan import GuardedCommand, Plan, Regions
    from mfa_session.model.session import Keys, Session
    from mfa_session.model.settings import Settings
    from mfa_session.session.context import Context, Inputs


def step_up(request: GuardedCommand, inputs: Inputs, ctx: Context) -> int:
    """Show what the command hits, get the session, confirm and run it; return the exit code.

    Raises the errors of a login, and DeclinedError if nobody can confirm, or if `strict` forbids
    to run without a session.
    """
    plan = make_plan(inputs, request)
    if plan.is_nested:
        return ctx.execute(request.words, ctx.environ)
    return _StepUp(request, inputs, ctx, plan).run()


class _StepUp:
    def __init__(self, request: GuardedCommand, inputs: Inputs, ctx: Context, plan: Plan) -> None:
        self._request = request
        self._inputs = inputs
        self._ctx = ctx
        self._plan = plan
        self._regions = self._find_regions()
        self._asked_code = False
        self._preview = Preview(ctx, request.verdict, self._regions)

    def run(self) -> int:
        """Step up, and run the command unless the person says no."""
        must_confirm = self._inputs.file.guard.get("confirm", False) and not self._request.yes
        if must_confirm:
            self._check_confirmable()
        self._preview.announce(self._request.words)
        session = self._acquire()
        if self._plan.reason:
            self._warn_or_refuse()
        self._show(session)
        if must_confirm and not self._ctx.make.confirm("Run it?"):
            self._ctx.console.say("mfa-session: not run")
            return DeclinedError.exit_code
        if session is None:
            return self._run_without_session()
        if not (must_confirm or self._asked_code):
            self._ctx.console.say(f"  session {session.name!r} is valid: the command starts")
        return self._run_with(session)

    def _find_regions(self) -> Regions:
        words = self._request.words

        def version() -> int | None:
            return self._ctx.make.aws_cli_version(words[: count_cli_words(words)])

        regions = find_regions(self._inputs, self._request.verdict.call, self._plan, version)
        if regions.doubt:
            self._ctx.console.warn(regions.doubt)
        return regions

    def _acquire(self) -> Session | None:
        """Get the planned session; without an MFA device there is none, and the plan says why.

        Before a code is asked, the preview is shown.
        """
        settings = self._plan.settings
        if settings is None:
            return None
        from mfa_session.session.device import NO_DEVICE, lacks_device  # noqa: PLC0415  # cold

        try:
            return acquire(
                self._ctx, self._inputs, settings, in_memory=True, before_code=self._show_before
            ).session
        except ConfigurationError as error:
            if error.code not in NO_DEVICE:
                raise
            reason = error.message
        except NoMfaError as error:  # the user may have no device at all
            if error.code != "code-needed":
                raise
            lack = lacks_device(self._ctx.make.session(), settings)
            if lack is None:
                raise
            reason = lack
        self._plan = self._plan.without_session(reason)
        return None

    def _show_before(self, asked: Settings) -> None:
        """Show what the long-term keys of `asked` may see; for a role, only the ARN's account."""
        self._asked_code = True
        settings = self._plan.settings or asked
        account = account_of(settings.role_arn or asked.mfa_serial)
        keys = None if settings.role_arn else asked.source.keys
        self._tell(f"session {settings.name!r}", account, keys)

    def _show(self, session: Session | None) -> None:
        if session is None:
            self._tell(self._plan.identity.label(), None, self._keys_without_session())
        else:
            self._tell(f"session {session.name!r}", session.account, session.keys)

    def _tell(self, using: str, account: str | None, keys: Keys | None) -> None:
        profile = self._plan.identity.profile
        known = profile if profile in self._inputs.profiles else None
        self._preview.show(using, account, keys, known)

    def _keys_without_session(self) -> Keys | None:
        if self._plan.identity.kind == KEYS:
            return read_keys({name.lower(): text for name, text in self._ctx.environ.items()})
        return self._plan.identity.source.keys if self._plan.identity.source else None

    def _warn_or_refuse(self) -> None:
        if self._inputs.file.guard.get("strict", False):
            raise DeclinedError(
                "no-session-for-identity",
                "the command is protected, and there is no MFA session for it: "
                f"{self._plan.reason}",
                "use a profile with your own access key and an MFA device, "
                "or set strict = false in [guard] of config.toml",
            )
        self._ctx.console.warn(f"running without a step-up to MFA: {self._plan.reason}")

    def _check_confirmable(self) -> None:
        if self._ctx.make.terminal().can_ask():
            return
        raise DeclinedError(
            "not-confirmed",
            "the command is protected, and "
            + ("there is nobody to ask" if self._ctx.may_ask else "nothing may be asked"),
            "run it in a terminal, or confirm it in advance",
            add=("--yes",),
        )

    def _run_without_session(self) -> int:
        environ = self._ctx.environ
        if self._plan.identity.kind == KEYS:
            # The mark keeps guards inside the command from asking again.
            mark = {STEPPED_UP: environ["AWS_ACCESS_KEY_ID"]}
            environ = {**environ, **self._regions.variables, **mark}
        return self._ctx.execute(self._request.words, environ)

    def _run_with(self, session: Session) -> int:
        words, call = self._request.words, self._request.verdict.call
        variables = session_variables(session, {}, asked=None, from_files=None)
        variables = {**variables, **self._regions.variables}
        variables[STEPPED_UP] = session.keys.access_key_id
        profile = self._plan.profile_for_region(self._inputs)
        if call is not None:
            # The AWS CLI prefers keys, and reads only region and output from AWS_PROFILE. Other
            # programs may prefer the profile, and would run without MFA.
            if profile and profile in self._inputs.profiles:
                variables["AWS_PROFILE"] = profile
            if not call.in_shell:
                start = count_cli_words(words) - 1
                words = (*words[:start], *without_profile(words[start:]))
        return self._ctx.execute(words, child_environment(self._ctx.environ, variables))
