"""INI text, read and edited without changing a byte that was not meant."""
