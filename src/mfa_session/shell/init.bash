
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

