
function @COMMAND@
    command mfa-session guard -- @COMMAND@ $argv
end
