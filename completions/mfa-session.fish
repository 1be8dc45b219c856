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
