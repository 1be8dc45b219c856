#!/usr/bin/env python3
"""Print the arguments, byte for byte."""

from __future__ import annotations

import os
import sys

sys.stdout.write(f"told {[os.fsencode(word).decode('latin-1') for word in sys.argv[1:]]!a}\n")
