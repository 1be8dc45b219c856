
function @COMMAND@
    command mfa-session guard -- @COMMAND@ $argv
end
# The part above is repeated for each guarded command.

set -gx MFA_SESSION_GUARD fish
set -gx MFA_SESSION_GUARD_COMMANDS '@COMMANDS@'
set -gx MFA_SESSION_GUARD_FILE (status filename)
string match -q '/*' -- $MFA_SESSION_GUARD_FILE
or set -gx MFA_SESSION_GUARD_FILE $PWD/$MFA_SESSION_GUARD_FILE

# Call it in fish_prompt or fish_right_prompt.
function mfa_session_prompt
    set -l before $status
    set -l text (command mfa-session prompt --color fish $argv 2>/dev/null)
    if test -n "$text"
        echo -n "$text "
    end
    return $before
end


# Sets AWS_PROFILE in this shell: mfa_session_use [NAME]; - means the previous profile.
function mfa_session_use
    set -l before $AWS_PROFILE
    set -l profile
    if contains -- --help $argv; or contains -- -h $argv
        command mfa-session use --help
        return
    end
    if test "$argv" = -
        if not set -q __mfa_session_before
            echo 'mfa_session_use: there is no previous profile' >&2
            return 1
        end
        set profile $__mfa_session_before
    else
        set profile (command mfa-session use $argv)
        or return
    end
    if test -n "$profile"
        set -gx AWS_PROFILE $profile
    else
        set -eg AWS_PROFILE
    end
    set -g __mfa_session_before $before
end
# The part below is the completion.
# Completion of mfa-session for fish 3.1 and newer.

function __mfa_session_complete
    set -l words (commandline -opc)
    # Drop what precedes it: variables, `command`, `sudo`.
    while set -q words[1]; and not string match -qr '(^|/)mfa(-session|_session_use)$' -- $words[1]
        set -e words[1]
    end
    set -e words[1]
    # mfa_session_use is completed as `mfa-session use`.
    if test "$argv[1]" = use
        set -p words use
    end
    set -l typed (commandline -ct)
    # Remove its quotes, the last of which may be open.
    set -l current (string unescape -- "$typed"; or string unescape -- "$typed'"
        or string unescape -- "$typed\"")
    set -l answer (command mfa-session __complete fish $words "$current" </dev/null 2>/dev/null)
    set -l said (string split -m 1 ' ' -- "$answer[1]")
    set -e answer[1]
    switch "$said[1]"
        case words
            for line in $answer
                echo -- $line
            end
        case files
            for line in (__fish_complete_path (string replace -- "$said[2]" '' "$current"))
                echo -- $said[2]$line
            end
        case command
            complete -C (string join -- ' ' (string escape -- $words[$said[2]..-1]) "$typed")
    end
end

complete -c mfa-session -f -a '(__mfa_session_complete)'
complete -c mfa_session_use -f -k -a '(__mfa_session_complete use)'
