"""The bare client: the Engine API over one Unix socket, with Python's http.client and nothing else."""

import http.client
import json
import socket
import urllib.parse

from errors import CannotMeasure

API = "/v1.41"
TIMEOUT_SECONDS = 120


class UnixConnection(http.client.HTTPConnection):
    """An HTTP connection that is kept alive, to a socket in the file system."""

    def __init__(self, path):
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    """The few calls that a job takes.

    Two connections, both opened once and kept: a wait that is open occupies its own.
    """

    def __init__(self, docker_host):
        if not docker_host.startswith("unix:///"):
            raise CannotMeasure(f"DOCKER_HOST is {docker_host}, but only unix:// sockets are spoken to.")
        path = docker_host.removeprefix("unix://")
        self.calls = UnixConnection(path)
        self.waits = UnixConnection(path)

    def send(self, method, path, accepted, body=None, kind="application/json"):
        self._request(self.calls, method, path, body, kind)
        answer = self.calls.getresponse()
        content = answer.read()
        if answer.status not in accepted:
            words = content[:300].decode(errors="replace")
            raise CannotMeasure(f"{method} {path.split('?')[0]}: HTTP {answer.status}: {words}")
        return json.loads(content) if content else None

    @staticmethod
    def _request(connection, method, path, body, kind="application/json"):
        headers = {"Content-Type": kind} if body is not None else {}
        connection.request(method, API + path, body=body, headers=headers)

    def version(self):
        return self.send("GET", "/version", {200})

    def info(self):
        return self.send("GET", "/info", {200})

    def create(self, name, body):
        """Takes the body as bytes, so that no encoding is timed."""
        created = self.send("POST", f"/containers/create?name={name}", {201}, body)
        if created.get("Warnings"):
            raise CannotMeasure(f"the engine warned about the bare client's container: {created['Warnings']}")
        return created["Id"]

    def open_wait(self, container):
        """Returns once the engine waits; the body comes when the container has ended."""
        self._request(self.waits, "POST", f"/containers/{container}/wait?condition=next-exit", b"")
        return self.waits.getresponse()

    def start(self, container):
        self.send("POST", f"/containers/{container}/start", {204}, b"")

    def inspect(self, container):
        return self.send("GET", f"/containers/{container}/json", {200})

    def remove(self, container, accepted=frozenset({204})):
        self.send("DELETE", f"/containers/{container}?force=1&v=1", accepted)

    def containers(self, label):
        found = self.send("GET", f"/containers/json?all=1&filters={_label_filter(label)}", {200})
        return [container["Id"] for container in found]

    def volumes(self, label):
        found = self.send("GET", f"/volumes?filters={_label_filter(label)}", {200})
        return [volume["Name"] for volume in found["Volumes"] or []]

    def remove_volume(self, name):
        self.send("DELETE", f"/volumes/{name}", {204, 404})

    def remove_all(self, label):
        """Removes the containers and the volumes with this label."""
        for container in self.containers(label):
            self.remove(container, {204, 404, 409})
        for volume in self.volumes(label):
            self.remove_volume(volume)

    def load_image(self, archive):
        """Takes an archive as `docker save` writes it; an error comes inside of an answer that is called good."""
        told = self.send("POST", "/images/load?quiet=1", {200}, archive, "application/x-tar")
        if "error" in (told or {}):
            raise CannotMeasure(f"the engine did not load an image: {told['error']}")

    def remove_image(self, reference):
        self.send("DELETE", f"/images/{reference}", {200, 404})

    def reconnect(self):
        """Begins anew on fresh connections, after a call that was broken off in its middle."""
        self.calls.close()
        self.waits.close()


def _label_filter(label):
    return urllib.parse.quote(json.dumps({"label": [label]}))
