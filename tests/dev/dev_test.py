#!/usr/bin/python3
"""./dev, cut off in the middle of a build, in a copy of the checkout where cmake is played: the next one does the rest."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
JARS = Path(os.environ.get("WAYBILL_KAFKA_LIBS") or SOURCE / ".cache/kafka-4.3.1/libs")

# Configures; then builds, or says that it has begun and waits for its end, while that is asked for.
CMAKE = """#!/bin/sh
echo "$@" >> said
if [ "$1" = --preset ]; then mkdir -p build/default && touch build/default/build.ninja; exit 0; fi
if [ -e hang ]; then echo begun > begun.fifo; exec sleep 100; fi
mkdir -p build/bin && touch build/bin/waybill && chmod +x build/bin/waybill
"""


class CutOff(unittest.TestCase):
    def setUp(self):
        self.assertTrue(any(JARS.glob("*.jar")), f"no jars of Kafka in {JARS}: ./dev setup")
        self.folder = Path(tempfile.mkdtemp(prefix="waybill-dev-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name in ("dev", "CMakePresets.json"):
            shutil.copy(SOURCE / name, self.folder)
        shutil.copytree(SOURCE / "deploy", self.folder / "deploy")
        libs = self.folder / ".cache/kafka-4.3.1/libs"
        libs.mkdir(parents=True)
        for jar in JARS.glob("*.jar"):
            (libs / jar.name).symlink_to(jar)
        tools = self.folder / "tools-first"
        tools.mkdir()
        self.write(tools / "cmake", CMAKE)
        self.write(self.folder / "deploy/local/kafka_archive.sh", "#!/bin/sh\nexit 1\n")  # only speed hangs on it
        self.environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    def write(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def dev(self, *words):
        return subprocess.run(["./dev", *words], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def test_the_next_one_checks_what_was_left_and_does_the_rest(self):
        (self.folder / "hang").touch()
        os.mkfifo(self.folder / "begun.fifo")
        cut = subprocess.Popen(["./dev", "build"], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, start_new_session=True)
        self.assertEqual((self.folder / "begun.fifo").read_text(), "begun\n")
        os.killpg(cut.pid, signal.SIGKILL)
        cut.wait()
        (self.folder / "hang").unlink()

        self.assertRegex(self.dev("doctor").stdout, r"note +earlier \./dev +did not finish: build +finished +\./dev build goes on from there")

        after = self.dev("build")
        self.assertEqual(after.returncode, 0, after.stderr)
        self.assertIn("an earlier ./dev did not finish its build; what it left is checked, and the rest done now", after.stderr)
        self.assertTrue((self.folder / "build/bin/waybill").exists())
        self.assertEqual([line.split()[0] for line in (self.folder / "said").read_text().splitlines()], ["--preset", "--build", "--build"],
                         "what was configured is not configured again")

        again = self.dev("build")
        self.assertNotIn("did not finish", again.stderr)
        self.assertRegex(self.dev("doctor").stdout, r"ok +earlier \./dev +finished")

    def test_jars_that_were_cut_off_are_not_taken_for_whole(self):
        jar = next((self.folder / ".cache/kafka-4.3.1/libs").glob("*.jar"))
        half = jar.read_bytes()[:1000]
        jar.unlink()
        jar.write_bytes(half)
        self.assertRegex(self.dev("doctor").stdout, r"bad +Kafka's jars")


if __name__ == "__main__":
    unittest.main()
