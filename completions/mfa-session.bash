# The program prints its own completion for bash 4.4 and newer.
eval "$(command mfa-session completion bash 2>/dev/null)"
