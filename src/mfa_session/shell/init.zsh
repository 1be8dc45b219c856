
case ${aliases[@COMMAND@]-} in
    ('' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    (*) print -ru2 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
# The part above is repeated for each guarded command.

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
# The part below is the completion.
#compdef mfa-session mfa_session_use
# Completion of mfa-session for zsh: in a directory of $fpath as _mfa-session, or sourced.

_mfa-session() {
    local line value
    local -a answer described
    # mfa_session_use is completed as `mfa-session use`.
    if [[ ${service-} == mfa_session_use ]]; then
        words=(mfa-session use "${(@)words[2,-1]}")
        (( CURRENT += 1 ))
    fi
    answer=("${(@f)$(
        command mfa-session __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" \
            </dev/null 2>/dev/null
    )}")
    case $answer[1] in
        (words)
            # The option of --option=value stays as typed.
            compset -P '--[^=]##='
            for line in "${(@)answer[2,-1]}"; do
                value=${line%%$'\t'*}
                [[ -z $IPREFIX ]] || value=${value#$IPREFIX}
                value=${${value//\\/\\\\}//:/\\:}
                line=${line#*$'\t'}
                described+=("$value${line:+:}$line")
            done
            if [[ $PREFIX == -* ]]; then
                _describe -o 'option' described
            else
                _describe -V 'mfa-session' described
            fi
            ;;
        (files*)
            compset -P '--[^=]##='
            _files
            ;;
        (command*)
            shift ${answer[1]#command } words
            (( CURRENT -= ${answer[1]#command } ))
            _normal
            ;;
        (*) return 1 ;;
    esac
}

if [[ ${funcstack[1]-} == _mfa-session ]]; then
    _mfa-session "$@"
elif (( ${+functions[compdef]} )); then
    compdef _mfa-session mfa-session mfa_session_use
else
    # compinit may run later: look again before the first prompt.
    _mfa-session-register() {
        add-zsh-hook -d precmd _mfa-session-register
        if (( ${+functions[compdef]} )); then
            compdef _mfa-session mfa-session mfa_session_use
        else
            print -ru2 'mfa-session: completion needs compinit; put this into ~/.zshrc: autoload -Uz compinit && compinit'
        fi
    }
    autoload -Uz add-zsh-hook
    add-zsh-hook precmd _mfa-session-register
fi
