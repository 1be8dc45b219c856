
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
