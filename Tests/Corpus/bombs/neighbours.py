"""Looks for what another job was given, wherever a sandbox can look: python3 neighbours.py MARK-IN-PIECES."""
import json
import os
import sys

from bomb import armed, hold

# In pieces, so that it is nowhere in this sandbox as a whole.
mark = "".join(sys.argv[1:]).encode()
found, looked = [], 0


def look(path):
    global looked
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return
    try:
        looked += 1
        if mark in os.read(file, 1 << 20):
            found.append(path)
    except OSError:
        pass
    finally:
        os.close(file)


armed()
for top in ("/proc", "/sys", "/dev", "/tmp", "/work", "/run", "/var", "/etc", "/root", "/home", "/mnt", "/.caisson"):
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if name != "task"]
        for name in files:
            if folder != "/dev" or name not in ("console", "tty", "ptmx", "zero", "full", "random", "urandom"):
                look(os.path.join(folder, name))
hold()
processes = [name for name in os.listdir("/proc") if name.isdigit()]
with open("result.json", "w") as file:
    json.dump({"found": found, "looked": looked > 1000, "processes": len(processes)}, file)
