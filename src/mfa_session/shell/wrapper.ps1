
function global:@COMMAND@ {
    $program = Get-Command -CommandType Application -Name 'mfa-session' -TotalCount 1 -ErrorAction Stop
    if ($MyInvocation.ExpectingInput) { $input | & $program guard '--' '@COMMAND@' @args }
    else { & $program guard '--' '@COMMAND@' @args }
}
