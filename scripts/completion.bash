# Completion of mfa-session for bash: the first TAB takes the script from the program.
eval "$(command mfa-session completion bash 2>/dev/null)"
