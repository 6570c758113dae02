"""What a variant for services promises CPython: servers and clients over TCP on loopback.

Each check prints one line: "ok NAME", or "NO NAME: what happened". Arguments: only the checks of these names.
"""
import os
import socket
import sys
import threading
import traceback

CHECKS = []


def check(f):
    CHECKS.append(f)
    return f


def echo(family, address):
    server = socket.create_server((address, 0), family=family, backlog=8)
    server.settimeout(10)

    def serve():
        for _ in range(3):
            peer, _ = server.accept()
            with peer:
                while data := peer.recv(65536):
                    peer.sendall(data)
    thread = threading.Thread(target=serve)
    thread.start()
    for size in (1, 1000, 1000000):
        with socket.create_connection(server.getsockname()[:2], timeout=10) as client:
            assert client.getpeername()[:2] == server.getsockname()[:2]
            sender = threading.Thread(target=lambda: (client.sendall(b"x" * size), client.shutdown(socket.SHUT_WR)))
            sender.start()
            received = 0
            while data := client.recv(65536):
                received += len(data)
            sender.join()
            assert received == size, received
    thread.join()
    server.close()


@check
def ipv4():
    echo(socket.AF_INET, "127.0.0.1")


@check
def ipv6():
    echo(socket.AF_INET6, "::1")


@check
def options():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        assert s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        for level, option in [(socket.IPPROTO_TCP, 31), (socket.IPPROTO_TCP, 13), (socket.SOL_SOCKET, 26)]:
            try:
                s.setsockopt(level, option, b"x" * 16)
                raise AssertionError(f"option {option} of {level} was set")
            except PermissionError:
                pass


@check
def epoll():
    import select
    server = socket.create_server(("127.0.0.1", 0))
    server.setblocking(False)
    poller = select.epoll()
    poller.register(server, select.EPOLLIN)
    client = socket.create_connection(server.getsockname())
    assert poller.poll(10) == [(server.fileno(), select.EPOLLIN)]
    peer, _ = server.accept()
    client.sendmsg([b"a", b"b"])
    assert peer.recvmsg(9)[0] == b"ab"
    for s in (peer, client, server):
        s.close()


@check
def http():
    import http.server
    import urllib.request

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.path.encode())

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever).start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/path", timeout=10) as answer:
        assert answer.read() == b"/path"
    server.shutdown()
    server.server_close()


@check
def by_name():
    server = socket.create_server(("localhost", 0))
    socket.create_connection(("localhost", server.getsockname()[1]), timeout=10).close()
    server.close()


@check
def asyncio_():
    import asyncio

    async def serve(reader, writer):
        writer.write((await reader.readline()).upper())
        await writer.drain()
        writer.close()

    async def main():
        for host in ("127.0.0.1", "::1"):
            server = await asyncio.start_server(serve, host, 0)
            port = server.sockets[0].getsockname()[1]

            async def ask(n):
                reader, writer = await asyncio.open_connection(host, port)
                writer.write(b"line %d\n" % n)
                answer = await reader.readline()
                writer.close()
                return answer
            answers = await asyncio.gather(*(ask(n) for n in range(20)))
            assert answers == [b"LINE %d\n" % n for n in range(20)]
            server.close()
            await server.wait_closed()
    asyncio.run(main())


@check
def between_processes():
    server = socket.create_server(("127.0.0.1", 0))
    pid = os.fork()
    if pid == 0:
        with socket.create_connection(server.getsockname()) as client:
            client.sendall(b"child")
        os._exit(0)
    peer, _ = server.accept()
    assert peer.recv(9) == b"child"
    assert os.waitpid(pid, 0)[1] == 0


@check
def nothing_outside():
    for address in ("169.254.169.254", "172.17.0.1", "1.1.1.1"):
        try:
            socket.create_connection((address, 80), timeout=5)
            raise AssertionError(f"{address} was reached")
        except OSError as error:
            assert error.errno == 101, error  # ENETUNREACH
    for address in ("2606:4700::1111", "fe80::1"):
        try:
            socket.create_connection((address, 80), timeout=5)
            raise AssertionError(f"{address} was reached")
        except OSError as error:
            assert error.errno in (22, 99, 101), error  # an address without a way to it


for function in CHECKS:
    name = function.__name__
    if len(sys.argv) > 1 and name not in sys.argv[1:]:
        continue
    try:
        function()
        print(f"ok {name}", flush=True)
    except BaseException:
        print(f"NO {name}: {traceback.format_exc()}", flush=True)
print("done")
