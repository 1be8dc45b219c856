# The program prints its own completion for fish 3.1 and newer.
command mfa-session completion fish 2>/dev/null | source
