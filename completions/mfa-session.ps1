# The program prints its own completion for PowerShell 5.1 and newer.
& mfa-session completion powershell 2>$null | Out-String | Invoke-Expression
