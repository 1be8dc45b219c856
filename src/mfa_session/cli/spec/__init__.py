"""Every command and option, said once, a chapter a module: reader, click, help and docs use it."""
