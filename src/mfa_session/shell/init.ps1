
function global:@COMMAND@ {
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction Stop
    if ($MyInvocation.ExpectingInput) { $input | & $program guard '--' '@COMMAND@' @args }
    else { & $program guard '--' '@COMMAND@' @args }
}
# The part above is repeated for each guarded command.

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
# The part below is the completion.
# Completion of mfa-session for PowerShell 5.1 and newer.

Register-ArgumentCompleter -Native -CommandName 'mfa-session', 'mfa-session.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction SilentlyContinue
    if (-not $program) { return }
    $before = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    $words = @($before | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
        else { $_.Extent.Text }
    })
    $current = $wordToComplete.Trim("'", '"')
    # PowerShell omits empty arguments, so the word at the cursor gets a dot before it.
    $answer = @(& $program __complete powershell @words ".$current" 2>$null)
    if (-not $answer) { return }
    $said, $detail = $answer[0] -split ' ', 2
    switch ($said) {
        'words' {
            $answer | Select-Object -Skip 1 | ForEach-Object {
                $word, $meaning = $_ -split "`t", 2
                if (-not $meaning) { $meaning = $word }
                $text = $word
                if ($word -match "[\s'`"``\`$(){};,|&<>@#\u2018-\u201e]") { $text = "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($word) + "'" }
                [System.Management.Automation.CompletionResult]::new($text, $word, 'ParameterValue', $meaning)
            }
        }
        'files' {
            $path = $current.Substring([Math]::Min($detail.Length, $current.Length))
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($path) | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new(
                    $detail + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
            }
        }
        'command' {
            $at = [int]$detail - 1
            $line = $wordToComplete
            if ($at -lt $before.Count) {
                $all = $commandAst.Extent
                $from = $before[$at].Extent.StartOffset - $all.StartOffset
                $length = [Math]::Min($cursorPosition - $all.StartOffset, $all.Text.Length) - $from
                $line = $all.Text.Substring($from, $length)
                if (-not $wordToComplete) { $line += ' ' }
            }
            [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
        }
    }
}
