
function global:@COMMAND@ {
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction Stop
    if ($MyInvocation.ExpectingInput) { $input | & $program guard '--' '@COMMAND@' @args }
    else { & $program guard '--' '@COMMAND@' @args }
}
# The part above is there once for each guarded command.

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


# Sets AWS_PROFILE in this shell: mfa_session_use [NAME]; - means the previous profile.
function global:mfa_session_use {
    param([Parameter(Position = 0)][string]$Name)
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction Stop
    $before = "$env:AWS_PROFILE"
    if ($Name -eq '-') {
        $last = Get-Variable -Scope Global -Name MfaSessionBefore -ErrorAction SilentlyContinue
        if (-not $last) { Write-Error 'mfa_session_use: there is no previous profile'; return }
        $chosen = $last.Value
    }
    else {
        $words = @(if ($Name) { $Name })
        $chosen = & $program use @words
        if ($LASTEXITCODE -ne 0) { return }
    }
    if ($chosen) { $env:AWS_PROFILE = $chosen }
    else { Remove-Item Env:AWS_PROFILE -ErrorAction SilentlyContinue }
    $global:MfaSessionBefore = $before
}
Register-ArgumentCompleter -CommandName mfa_session_use -ParameterName Name -ScriptBlock {
    param($commandName, $parameterName, $wordToComplete)
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction SilentlyContinue
    if (-not $program) { return }
    $current = $wordToComplete.Trim("'", '"')
    & $program __complete powershell use ".$current" 2>$null | Select-Object -Skip 1 | ForEach-Object {
        $word = ($_ -split "`t", 2)[0]
        $text = $word
        if ($word -match "[\s'`"``\`$(){};,|&<>@#\u2018-\u201e]") { $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($word) + "'" }
        [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $word)
    }
}
