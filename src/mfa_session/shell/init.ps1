
$env:MFA_SESSION_GUARD = 'powershell'
$env:MFA_SESSION_GUARD_COMMANDS = '@COMMANDS@'
$env:MFA_SESSION_GUARD_FILE = $PSCommandPath

# Call it in your `prompt` function.
function global:mfa_session_prompt {
    $before = $global:LASTEXITCODE
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction SilentlyContinue
    if ($program) { $text = & $program prompt --color powershell @args 2>$null }
    $global:LASTEXITCODE = $before
    if ($text) { "$text " }
}

