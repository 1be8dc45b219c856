
function @COMMAND@
    command mfa-session guard -- @COMMAND@ $argv
end
# The part above is there once for each guarded command.

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
