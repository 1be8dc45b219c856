# Completion of mfa-session for fish: the first TAB takes the script from the program.
command -sq mfa-session; and command mfa-session completion fish | source
