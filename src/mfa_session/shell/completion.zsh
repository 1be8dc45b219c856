#compdef mfa-session mfa_session_use
# Completion of mfa-session for zsh: in a directory of $fpath as _mfa-session, or sourced.

_mfa-session() {
    local line value
    local -a answer described
    # The function of `shell-init` is completed like its command.
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
