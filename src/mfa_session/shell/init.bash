
case ${BASH_ALIASES['@COMMAND@']-} in
    '' | '@COMMAND@' | '@COMMAND@ '* | *'mfa-session guard '*) ;;
    *) echo 'mfa-session: the alias @COMMAND@ bypasses the guard; unalias @COMMAND@' >&2 ;;
esac
function @COMMAND@ { command mfa-session guard -- @COMMAND@ "$@"; }
# The part above is repeated for each guarded command.

export MFA_SESSION_GUARD=bash MFA_SESSION_GUARD_COMMANDS='@COMMANDS@'
export MFA_SESSION_GUARD_FILE=${BASH_SOURCE[0]-}
[[ $MFA_SESSION_GUARD_FILE == /* ]] || MFA_SESSION_GUARD_FILE=$PWD/$MFA_SESSION_GUARD_FILE

# Prints the session; use it in PS1, in single quotes: PS1='$(mfa_session_prompt)\$ '
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
# The part below is the completion.
# Completion of mfa-session for bash 4.4 and newer.

_mfa_session() {
    local -
    set +o errexit +o nounset +o xtrace
    local IFS=$' \t\n' rest line
    local -a answer=()
    COMPREPLY=()
    line=${COMP_LINE:0:COMP_POINT}
    # mfa_session_use is completed as `mfa-session use`.
    [[ $1 != mfa_session_use ]] || line="mfa-session use${line#*mfa_session_use}"
    mapfile -t answer < <(command mfa-session __complete bash "$line" </dev/null 2>/dev/null)
    case ${answer[0]} in
        # Each further line is the rest of a word, quoted as the word is.
        words) for rest in "${answer[@]:1}"; do COMPREPLY+=("$2$rest"); done ;;
        files*) compopt -o bashdefault -o default ;;
        command*) _mfa_session_delegate "${answer[0]#command }" "$2" ;;
    esac
    return 0
}

# Completes the command at a position in COMP_LINE, as if it stood alone.
_mfa_session_delegate() {
    local name current=$2 loader
    local -i first=0 at=$1 seen=0
    local -a spec=() words=()
    while ((first < COMP_CWORD)); do
        while [[ ${COMP_LINE:seen:1} == [[:blank:]] ]]; do seen+=1; done
        ((seen >= at)) && break
        seen+=${#COMP_WORDS[first]}
        first+=1
    done
    words=("${COMP_WORDS[@]:first}")
    local COMP_LINE=${COMP_LINE:at}
    local COMP_POINT=$((COMP_POINT - at)) COMP_CWORD=$((COMP_CWORD - first))
    local -a COMP_WORDS=("${words[@]}")
    if ((COMP_CWORD == 0)); then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -c -- "$current")
        return
    fi
    name=${COMP_WORDS[0]}
    if ! _mfa_session_find_spec "$name"; then
        # A function that loads completions on demand returns 124 if it loaded one.
        eval "spec=($(complete -p -D 2>/dev/null))"
        loader=$(_mfa_session_after -F "${spec[@]}")
        spec=()
        [[ -z $loader ]] || "$loader" "$name" "$current" '' &>/dev/null
        _mfa_session_find_spec "$name"
    fi
    _mfa_session_run_spec "$name" "$current"
}

# Puts the specification of a command, or of its base name, into `spec`.
_mfa_session_find_spec() {
    local name text
    for name in "$1" "${1##*/}"; do
        if text=$(complete -p -- "$name" 2>/dev/null); then
            eval "spec=($text)"
            return 0
        fi
    done
    return 1
}

# Prints the word after the given one.
_mfa_session_after() {
    local wanted=$1
    while (($# > 2)); do
        shift
        if [[ $1 == "$wanted" ]]; then
            printf '%s' "$2"
            return
        fi
    done
}

# Follows `spec` as bash does: calls a function, a program, or compgen.
_mfa_session_run_spec() {
    local name=$1 current=$2 run previous=${COMP_WORDS[COMP_CWORD - 1]}
    local -i at
    for ((at = 1; at < ${#spec[@]} - 1; at++)); do
        [[ ${spec[at]} != -o ]] || compopt -o "${spec[at + 1]}"
    done
    if ((${#spec[@]} == 0)); then
        compopt -o bashdefault -o default
    elif run=$(_mfa_session_after -F "${spec[@]}") && [[ -n $run ]]; then
        "$run" "$name" "$current" "$previous"
        # 124: it loaded another completion.
        if (($? == 124)) && _mfa_session_find_spec "$name"; then
            run=$(_mfa_session_after -F "${spec[@]}")
            [[ -z $run ]] || "$run" "$name" "$current" "$previous"
        fi
    elif run=$(_mfa_session_after -C "${spec[@]}") && [[ -n $run ]]; then
        mapfile -t COMPREPLY < <(
            export COMP_LINE COMP_POINT COMP_KEY COMP_TYPE
            eval "$run"' "$name" "$current" "$previous"'
        )
    else
        mapfile -t COMPREPLY < <(compgen "${spec[@]:1:${#spec[@]}-2}" -- "$current" 2>/dev/null)
    fi
}

complete -F _mfa_session mfa-session
complete -o nosort -F _mfa_session mfa_session_use
