
set -gx MFA_SESSION_GUARD fish

# For fish_prompt or fish_right_prompt.
function mfa_session_prompt
    set -l before $status
    set -l text (command mfa-session prompt --color fish $argv 2>/dev/null)
    if test -n "$text"
        echo -n "$text "
    end
    return $before
end

