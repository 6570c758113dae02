"""Takes away the images of cells that were changed: every cell that ran has become one."""

import hashlib
import http.client
import os
import socket
import urllib.parse


class Cells:
    def __init__(self, docker_host):
        self.socket = docker_host.removeprefix("unix://")
        self.tags = set()

    def note(self, program):
        if not os.path.exists(program):
            return
        with open(program, "rb") as file:
            self.tags.add(hashlib.sha256(file.read()).hexdigest()[:12])

    def remove(self):
        """Those that never ran are none, and one that is needed again is loaded again; an engine that is gone keeps them."""
        for tag in self.tags:
            connection = _Connection(self.socket)
            try:
                connection.request("DELETE", "/images/" + urllib.parse.quote(f"caisson/cell:{tag}"))
                connection.getresponse().read()
            except OSError as error:
                print(f"controls: caisson/cell:{tag} stays: {error}")
            finally:
                connection.close()


class _Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)
