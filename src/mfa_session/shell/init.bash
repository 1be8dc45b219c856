
export MFA_SESSION_GUARD=bash

# For PS1, in single quotes: PS1='$(mfa_session_prompt)\$ '
mfa_session_prompt() {
    local before=$? text
    text=$(command mfa-session prompt --color bash "$@" 2>/dev/null) || text=''
    if [[ -n $text ]]; then printf '%s ' "$text"; fi
    return "$before"
}

