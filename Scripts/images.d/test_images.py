"""Tests of the image builder, without a network and without an engine: python3 -B -m unittest discover -s Scripts/images.d

Each promise of an image is broken on purpose once, and has to be refused for that reason.
"""
import http.server
import io
import json
import os
import socketserver
import subprocess
import tarfile
import tempfile
import threading
import unittest
import zipfile
from contextlib import redirect_stdout

import check
import conf
import packages
import wheels
from refusal import Refusal

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Scratch(unittest.TestCase):
    """A folder for each test, gone when it is over."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def refused(self, text, call, *arguments, **named):
        with self.assertRaises(Refusal) as caught:
            call(*arguments, **named)
        self.assertIn(text, str(caught.exception))
        return str(caught.exception)


class CheckTests(Scratch):
    """What may not be in a layer, each planted in one that is otherwise fine."""

    PLANTED = [
        ("setuid", "bin/x", {"mode": 0o4755}),
        ("setuid", "bin/x", {"mode": 0o2755}),
        ("setuid", "var", {"type": tarfile.DIRTYPE, "mode": 0o1755}),
        ("writable by everybody", "etc/x", {"mode": 0o666}),
        ("writable by everybody", "var/x", {"type": tarfile.DIRTYPE, "mode": 0o777}),
        ("a device", "x/null", {"type": tarfile.CHRTYPE}),
        ("a device", "x/disk", {"type": tarfile.BLKTYPE}),
        ("a device", "x/fifo", {"type": tarfile.FIFOTYPE}),
        ("capabilities", "bin/ping", {"pax_headers": {"SCHILY.xattr.security.capability": "x"}}),
        ("not owned by root", "etc/x", {"uid": 1000}),
        ("not owned by root", "etc/x", {"gid": 1000}),
        ("a package manager", "usr/bin/apt", {}),
        ("a package manager", "usr/bin/apt-get", {}),
        ("a package manager", "usr/bin/dpkg", {"type": tarfile.SYMTYPE, "linkname": "busybox"}),
        ("a package manager", "usr/local/bin/pip3.11", {}),
        ("a package manager", "usr/local/lib/python3.11/dist-packages/pip/__main__.py", {}),
        ("a package manager", "usr/lib/python3.11/ensurepip/__init__.py", {}),
        ("in the place of a mount", "work", {"type": tarfile.DIRTYPE, "mode": 0o755}),
        ("in the place of a mount", "tmp", {"type": tarfile.SYMTYPE, "linkname": "etc"}),
        ("in the place of a mount", "proc", {"type": tarfile.SYMTYPE, "linkname": "etc"}),
        ("outside of the image", "a/../../etc/passwd", {}),
    ]

    def layer(self, name=None, attributes=None, size=4):
        path = os.path.join(self.folder, "layer.tar")
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            # Names that only look like a package manager's, and a link that is as writable as all links.
            for plain in ("./usr/bin/sh", "./usr/bin/aptly-named", "./usr/share/pip/readme", "./usr/bin/pipe"):
                member = tarfile.TarInfo(plain)
                member.mode, member.size = 0o755, 4
                tar.addfile(member, io.BytesIO(b"text"))
            member = tarfile.TarInfo("./bin")
            member.type, member.linkname, member.mode = tarfile.SYMTYPE, "usr/bin", 0o777
            tar.addfile(member)
            if name:
                member = tarfile.TarInfo("./" + name)
                member.size = 0 if attributes.get("type") else size
                for key, value in attributes.items():
                    setattr(member, key, value)
                tar.addfile(member, io.BytesIO(b"x" * member.size))
        return path

    def test_each_planted_fault_is_refused_with_its_path(self):
        for fault, name, attributes in self.PLANTED:
            with self.subTest(name=name, attributes=attributes):
                self.assertIn("/" + name, self.refused(fault, check.check, self.layer(name, attributes), 1, False))

    def test_a_plain_layer_is_fine(self):
        check.check(self.layer(), 1, False)

    def test_pip_is_fine_when_it_was_asked_for(self):
        check.check(self.layer("usr/local/bin/pip3", {}), 1, True)
        self.refused("a package manager", check.check, self.layer("usr/bin/dpkg", {}), 1, True)

    def test_one_byte_over_the_cap_is_refused(self):
        rest = (1 << 20) - 4 * 4
        check.check(self.layer("etc/x", {}, size=rest), 1, False)
        self.refused("cap of 1 MiB", check.check, self.layer("etc/x", {}, size=rest + 1), 1, False)


class ConfTests(Scratch):
    def read(self, **images):
        for name, text in images.items():
            self.write(f"{name}/image.conf", text)
        return conf.read(self.folder, os.path.join(self.folder, next(iter(images))))

    def test_an_image_takes_over_what_it_is_from(self):
        found = self.read(
            young="from old\ncap_mib 20\npackage jq\nenv A=young  one\n",
            old="# a comment\n\ncap_mib\t10\npackage busybox\nkeep usr/bin/*\nenv A=old\n")
        folders = [os.path.realpath(os.path.join(self.folder, name)) for name in ("old", "young")]
        self.assertEqual(found, [
            ("folder", folders[0]), ("package", "busybox"), ("keep", "usr/bin/*"), ("env", "A=old"),
            ("folder", folders[1]), ("package", "jq"), ("env", "A=young  one"), ("cap_mib", "20")])

    def test_a_cap_is_taken_over_too(self):
        self.assertIn(("cap_mib", "10"), self.read(young="from old\n", old="cap_mib 10\n"))

    def test_a_folder_beside_the_image_can_be_what_it_is_from(self):
        self.assertIn(("cap_mib", "10"), self.read(young="from ../old\n", old="cap_mib 10\n"))

    def test_each_mistake_is_told_with_its_line(self):
        text = "\n".join([
            "nonsense x", "cap_mib 0", "cap_mib 5000", "cap_mib", "package Bad_Name", "package a,b", "pypi numpy",
            "pypi numpy>=1", "pypi numpy==1 sha256:12", "pypi --index-url==1", "keep /etc", "keep a/../b", "drop ..",
            "keep two words", "env =x", "env A", "from a b"])
        told = self.refused("image.conf", self.read, **{"bad": text})
        for number in range(1, text.count("\n") + 2):
            self.assertIn(f"image.conf:{number}: ", told)

    def test_no_cap_no_ancestor_and_a_circle_are_refused(self):
        self.refused("cap_mib is missing", self.read, a="package xz\n")
        self.refused("there is no", self.read, b="from nobody\ncap_mib 1\n")
        self.refused("from itself", self.read, c="from d\ncap_mib 1\n", d="from c\n")
        self.refused("cannot be read", conf.read, self.folder, self.folder)
        self.refused("twice", self.read, e="cap_mib 1\ncap_mib 2\n")


class WheelTests(Scratch):
    METADATA = {"demo/__init__.py": "", "demo-1.0.dist-info/METADATA": "Name: demo\n"}

    def setUp(self):
        super().setUp()
        self.root, self.wheels = os.path.join(self.folder, "root"), os.path.join(self.folder, "wheels")
        os.makedirs(os.path.join(self.root, "usr/bin"))
        os.makedirs(self.wheels)
        os.symlink("python3.11", os.path.join(self.root, "usr/bin/python3"))

    def wheel(self, files, name="demo-1.0-py3-none-any.whl"):
        path = os.path.join(self.wheels, name)
        with zipfile.ZipFile(path, "w") as archive:
            for member, text in files.items():
                archive.writestr(member, text)
        return path

    def install(self, *digests, cap="1"):
        out = io.StringIO()
        with redirect_stdout(out):
            wheels.main(self.wheels, self.root, cap, *digests)
        return out.getvalue()

    def content(self, name):
        with open(os.path.join(self.root, name), encoding="utf-8") as file:
            return file.read()

    def test_files_go_where_the_interpreter_and_the_shell_look(self):
        path = self.wheel(self.METADATA | {
            "demo-1.0.data/scripts/run": "#!python -x\nprint()\n", "demo-1.0.data/purelib/more.py": "1",
            "demo-1.0.data/headers/demo.h": "", "demo-1.0.data/data/share/demo": "d",
            "demo-1.0.dist-info/entry_points.txt": "[console_scripts]\ndemo = demo.cli:main\n[other]\nx = y\n"})
        self.assertEqual(self.install(), f"pypi demo 1.0 {packages.digest(path)}\n")
        site = "usr/local/lib/python3.11/dist-packages"
        self.assertEqual(self.content(f"{site}/demo/__init__.py"), "")
        self.assertEqual(self.content(f"{site}/more.py"), "1")
        self.assertEqual(self.content("usr/local/share/demo"), "d")
        self.assertEqual(self.content("usr/local/bin/run"), "#!/usr/bin/python3\nprint()\n")
        self.assertIn("from demo.cli import main\n", self.content("usr/local/bin/demo"))
        self.assertTrue(os.access(os.path.join(self.root, "usr/local/bin/demo"), os.X_OK))
        self.assertFalse(os.path.exists(os.path.join(self.root, site, "demo.h")))

    def test_a_path_that_leads_out_is_refused(self):
        for name in ("../x", "/etc/x", "demo/../../x", "demo-1.0.data/scripts/../../x", "a\\b"):
            with self.subTest(name=name):
                self.wheel({name: ""})
                self.refused("holds the path", self.install)

    def test_an_entry_point_cannot_bring_code_of_its_own(self):
        for text in ("demo = os; import evil:main", "../x = demo:main", "x = demo:main()"):
            with self.subTest(text=text):
                self.refused("entry point", lambda: list(wheels.programs(f"[console_scripts]\n{text}\n")))

    def test_two_wheels_with_one_file_and_a_wheel_over_the_cap_are_refused(self):
        self.wheel(self.METADATA)
        self.wheel({"demo/__init__.py": ""}, "zwei-1.0-py3-none-any.whl")
        self.refused("two packages hold", self.install)
        self.wheel({"big": "x" * ((1 << 20) + 1)})
        self.refused("larger than the image's cap", self.install)

    def test_a_digest_that_was_named_has_to_be_there(self):
        path = self.wheel(self.METADATA)
        self.install(packages.digest(path))
        os.remove(os.path.join(self.root, "usr/bin/python3"))
        self.refused("say `from python`", self.install)

    def test_a_digest_that_is_not_there_is_refused(self):
        self.wheel(self.METADATA)
        self.refused("did it change", self.install, "sha256:" + "0" * 64)


class BuildTests(Scratch):
    """The whole script, with a `mmdebstrap` that fetches nothing: packages are made here."""

    FAKE = """#!/bin/bash
        # The last words: suite and archive. The root holds the files of two packages, with times of now.
        archive=${@: -1}; root=$(mktemp -d); trap 'rm -rf "$root"' EXIT
        for word in "$@"; do case $word in
            --extract-hook=*) hook=${word#*=} ;;
            --setup-hook=*) sh -c "${word#*=}" setup "$root" ;;
        esac; done
        mkdir -p "$root/var/cache/apt/archives" "$root/usr/share/doc/tool"
        cp "$DEBS_MADE"/*.deb "$root/var/cache/apt/archives"
        echo "$RANDOM" >"$root/usr/share/doc/tool/readme"; echo program >"$root/usr/bin/tool"; chmod 4755 "$root/usr/bin/tool"
        touch -d "@$((1600000000 + RANDOM))" "$root/usr/bin/tool"
        sh -c "$hook" hook "$root"
        tar -cf "$archive" -C "$root" .
    """

    def setUp(self):
        super().setUp()
        self.write("bin/mmdebstrap", self.FAKE, 0o755)
        os.makedirs(os.path.join(self.folder, "debs"))
        for name, path in (("tool", "bin/tool"), ("unused", "usr/bin/unused")):
            self.write(f"{name}/DEBIAN/control", f"Package: {name}\nVersion: 1:2.0\nArchitecture: all\n"
                       "Maintainer: x <x@example.org>\nDescription: x\n")
            self.write(f"{name}/{path}", "program")
            subprocess.run(["dpkg-deb", "--build", os.path.join(self.folder, name), os.path.join(self.folder, "debs")],
                           check=True, capture_output=True)

    def verify(self, text, name="mine"):
        self.write(f"{name}/image.conf", text)
        environment = os.environ | {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "DEBS_MADE": f"{self.folder}/debs",
            "DOCKER_HOST": "unix:///nowhere"}
        return subprocess.run(
            [os.path.join(REPO, "Scripts/images"), "--verify", os.path.join(self.folder, name)],
            env=environment, capture_output=True, text=True, check=False)

    def test_two_builds_of_a_folder_anywhere_have_one_id(self):
        built = self.verify("cap_mib 1\npackage tool\nkeep usr/bin/tool\n")
        self.assertEqual(built.returncode, 0, built.stderr)
        self.assertIn("built twice with the same id", built.stdout)

    def test_two_builds_that_differ_are_told_apart(self):
        built = self.verify("cap_mib 1\npackage tool\nkeep usr/share/doc\n")
        self.assertEqual(built.returncode, 1, built.stdout)
        self.assertIn("two builds differ", built.stderr)
        self.assertIn("readme", built.stderr)

    def test_a_broken_promise_ends_the_build(self):
        self.write("mine/rootfs/usr/bin/apt-get", "x")
        built = self.verify("cap_mib 1\npackage tool\nkeep usr/bin/tool\n")
        self.assertEqual(built.returncode, 1)
        self.assertIn("a package manager: /usr/bin/apt-get", built.stderr)

    def test_a_keep_that_matches_nothing_ends_the_build(self):
        built = self.verify("cap_mib 1\npackage tool\nkeep usr/bin/other\n")
        self.assertEqual(built.returncode, 1)
        self.assertIn("matches nothing", built.stderr)

    def test_names_that_are_taken_or_no_names_are_refused(self):
        for name, text in (("shell", "own"), ("cell", "itself"), ("Upper", "lower case"), ("a..b", "lower case")):
            built = self.verify("cap_mib 1\n", name)
            self.assertEqual(built.returncode, 1)
            self.assertIn(text, built.stderr)

    def test_only_packages_of_which_something_is_left_are_listed(self):
        debs = os.path.join(self.folder, "scanned")
        packages.main("scan", os.path.join(self.folder, "debs"), debs)
        # /bin/tool of the package is /usr/bin/tool of the image.
        self.write("root/usr/bin/tool", "program")
        out = io.StringIO()
        with redirect_stdout(out):
            packages.main("list", os.path.join(self.folder, "root"), debs)
        deb = os.path.join(self.folder, "debs/tool_2.0_all.deb")
        self.assertEqual(out.getvalue(), f"debian tool 1:2.0 all {packages.digest(deb)}\n")


class PruneTests(Scratch):
    """What the script removes, from an engine that only writes it down."""

    KEPT = ["caisson/mine:local", "caisson/mine:recipe-short", "caisson/mine:release-1",
            "caisson/mine2:recipe-111111111111", "other/mine:recipe-222222222222"]
    OLD = ["caisson/mine:recipe-000000000000", "caisson/mine:recipe-333333333333"]

    def setUp(self):
        super().setUp()
        self.removed, kept = [], self.KEPT
        test = self

        class Engine(http.server.BaseHTTPRequestHandler):
            def address_string(self):
                return "test"

            def log_message(self, *_):
                pass

            def answer(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def do_GET(self):  # pylint: disable=invalid-name
                if self.path == "/_ping":
                    self.answer(200, "OK")
                elif self.path.startswith("/images/json?filters="):
                    images = [{"Id": f"sha256:{number}", "RepoTags": [tag]} for number, tag in enumerate(kept + test.OLD)]
                    self.answer(200, json.dumps(images + [{"Id": "x", "RepoTags": [test.current]}]))
                else:
                    # Whatever the recipe is, the engine has it.
                    test.current = self.path.removeprefix("/images/").removesuffix("/json")
                    self.answer(200, '{"Id":"sha256:%s","Size":1}' % ("a" * 64))

            def do_DELETE(self):  # pylint: disable=invalid-name
                test.removed.append(self.path.removeprefix("/images/"))
                self.answer(409 if self.path.endswith("3") else 200, "[]")

        self.socket = os.path.join(self.folder, "engine")
        server = socketserver.UnixStreamServer(self.socket, Engine)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def test_tags_of_earlier_recipes_go_and_no_others(self):
        self.write("mine/image.conf", "cap_mib 1\n")
        ran = subprocess.run(
            [os.path.join(REPO, "Scripts/images"), os.path.join(self.folder, "mine")],
            env=os.environ | {"DOCKER_HOST": f"unix://{self.socket}"}, capture_output=True, text=True, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("up to date", ran.stdout)
        self.assertEqual(sorted(self.removed), self.OLD)
        self.assertRegex(self.current, r"\Acaisson/mine:recipe-[0-9a-f]{12}\Z")


if __name__ == "__main__":
    unittest.main()
