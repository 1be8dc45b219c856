
case ${BASH_ALIASES['@COMMAND@']-} in
    '' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    *) echo 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' >&2 ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
# The part above is there once for each guarded command.

export MFA_SESSION_GUARD=bash MFA_SESSION_GUARD_COMMANDS='@COMMANDS@'
export MFA_SESSION_GUARD_FILE=${BASH_SOURCE[0]-}
[[ $MFA_SESSION_GUARD_FILE == /* ]] || MFA_SESSION_GUARD_FILE=$PWD/$MFA_SESSION_GUARD_FILE

# Use it in PS1, in single quotes: PS1='$(mfa_session_prompt)\$ '
mfa_session_prompt() {
    local before=$? text
    text=$(command mfa-session prompt --color bash "$@" 2>/dev/null) || text=''
    if [[ -n $text ]]; then printf '%s ' "$text"; fi
    return "$before"
}


# Sets AWS_PROFILE in this shell: mfa_session_use [NAME]; - means the previous profile.
mfa_session_use() {
    local profile word before=${AWS_PROFILE-}
    for word; do
        if [[ $word == -h || $word == --help ]]; then
            command mfa-session use --help
            return
        fi
    done
    if [[ $# == 1 && $1 == - ]]; then
        if [[ -z ${_mfa_session_before+set} ]]; then
            echo 'mfa_session_use: there is no previous profile' >&2
            return 1
        fi
        profile=$_mfa_session_before
    else
        profile=$(command mfa-session use "$@") || return
    fi
    if [[ -n $profile ]]; then export AWS_PROFILE=$profile; else unset AWS_PROFILE; fi
    _mfa_session_before=$before
}
