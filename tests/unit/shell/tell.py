#!/usr/bin/env python3
"""Tell the arguments, each as the bytes that came."""

from __future__ import annotations

import os
import sys

sys.stdout.write(f"told {[os.fsencode(word).decode('latin-1') for word in sys.argv[1:]]!a}\n")
