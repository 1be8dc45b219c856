
case ${BASH_ALIASES['@COMMAND@']-} in
    '' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    *) echo 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' >&2 ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
