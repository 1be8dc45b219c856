
case ${aliases[@COMMAND@]-} in
    ('' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    (*) print -ru2 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
# The part above is there once for each guarded command.

export MFA_SESSION_GUARD=zsh MFA_SESSION_GUARD_COMMANDS='@COMMANDS@'
export MFA_SESSION_GUARD_FILE=${${(%):-%x}:a}

# Use it in PROMPT, in single quotes, after `setopt prompt_subst`: PROMPT='$(mfa_session_prompt)%# '
mfa_session_prompt() {
    local before=$? text
    text=$(command mfa-session prompt --color zsh "$@" 2>/dev/null) || text=''
    if [[ -n $text ]]; then print -rn -- "$text "; fi
    return $before
}


# Sets AWS_PROFILE in this shell: mfa_session_use [NAME]; - means the previous profile.
mfa_session_use() {
    local profile word before=${AWS_PROFILE-}
    for word in "$@"; do
        if [[ $word == -h || $word == --help ]]; then
            command mfa-session use --help
            return
        fi
    done
    if [[ $# == 1 && $1 == - ]]; then
        if [[ -z ${_mfa_session_before+set} ]]; then
            print -ru2 'mfa_session_use: there is no previous profile'
            return 1
        fi
        profile=$_mfa_session_before
    else
        profile=$(command mfa-session use "$@") || return
    fi
    if [[ -n $profile ]]; then export AWS_PROFILE=$profile; else unset AWS_PROFILE; fi
    typeset -g _mfa_session_before=$before
}
