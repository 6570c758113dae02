"""Writes the two JSON files that make a docker-archive of a layer: the image's configuration and the manifest.

    archive.py FOLDER ARCHITECTURE PACKAGES TAGS [KEY=VALUE…]

FOLDER holds layer.tar; TAGS are separated by commas; the image's id is printed. The text of PACKAGES becomes the comment in
the image's history: the one place where an engine shows it to whoever inspects the image, and where it is part of the id.
"""
import hashlib
import json
import os

from packages import digest
from refusal import run

PATH = "/usr/local/bin:/usr/bin:/bin"
EPOCH = "1970-01-01T00:00:00Z"
USER = "65532:65532"


def main(folder, architecture, packages, tags, *environment):
    with open(packages, encoding="utf-8") as file:
        comment = file.read()
    # The last value of a variable counts: an image's own ones come after those it is from.
    variables = {"PATH": PATH} | dict(word.split("=", 1) for word in environment)
    configuration = json.dumps({
        "architecture": architecture, "os": "linux", "created": EPOCH,
        "config": {"Env": [f"{key}={value}" for key, value in variables.items()], "User": USER, "WorkingDir": "/"},
        "rootfs": {"type": "layers", "diff_ids": [digest(os.path.join(folder, "layer.tar"))]},
        "history": [{"created": EPOCH, "created_by": "Scripts/images", "comment": comment}],
    }, separators=(",", ":"), ensure_ascii=True).encode()
    name = hashlib.sha256(configuration).hexdigest()
    with open(os.path.join(folder, f"{name}.json"), "wb") as file:
        file.write(configuration)
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump([{"Config": f"{name}.json", "RepoTags": tags.split(","), "Layers": ["layer.tar"]}], file)
    print(name)


if __name__ == "__main__":
    run(main)
