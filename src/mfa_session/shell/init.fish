
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

