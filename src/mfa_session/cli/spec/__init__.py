"""Each command and option, described once: the reader, click, the help and the docs use it."""
