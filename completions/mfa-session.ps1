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
