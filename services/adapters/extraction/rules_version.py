#!/usr/bin/python3
"""rules_version.py OUT FILES...: writes a header with one digest of these files."""
import hashlib
import sys
from pathlib import Path

digest = hashlib.sha256()
for path in sorted(map(Path, sys.argv[2:]), key=lambda path: path.name):
    digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
Path(sys.argv[1]).write_text(f'#pragma once\n\ninline constexpr const char* rules_version = "{digest.hexdigest()[:12]}";\n', encoding="utf-8")
