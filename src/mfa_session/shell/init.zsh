
export MFA_SESSION_GUARD=zsh MFA_SESSION_GUARD_COMMANDS='@COMMANDS@'
export MFA_SESSION_GUARD_FILE=${${(%):-%x}:a}

# Use it in PROMPT, in single quotes, after `setopt prompt_subst`: PROMPT='$(mfa_session_prompt)%# '
mfa_session_prompt() {
    local before=$? text
    text=$(command mfa-session prompt --color zsh "$@" 2>/dev/null) || text=''
    if [[ -n $text ]]; then print -rn -- "$text "; fi
    return $before
}

