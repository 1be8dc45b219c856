
case ${aliases[@COMMAND@]-} in
    ('' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    (*) print -ru2 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
