#compdef mfa-session mfa_session_use
# Completion of mfa-session for zsh: the first TAB takes the script from the program.
local script
script=$(command mfa-session completion zsh 2>/dev/null) && eval "$script" && _mfa-session "$@"
