#!/usr/bin/python3
"""The runner of mutants, on a tree of two files and programs of one line."""
import datetime
import pathlib
import subprocess
import tempfile
import unittest

import mutants as runner

TABLE = """
default: checks
catchers:
  checks: {build: [sh, -c, "! grep -q BROKEN guard.txt"], run: [sh, check.sh], reads: gtest}
mutants:
- file: guard.txt
  rows:
  - {name: removed, old: "guard = 1", new: "guard = 0", why: it matters}
  - {name: harmless, old: "colour = red", new: "colour = blue", why: it does not}
  - {name: breaks, old: "guard = 1", new: "BROKEN", why: it does not build}
  - {name: twice, old: "same", new: "other", why: there are two}
  - {name: nowhere, old: "no such text", new: "other", why: there is none}
"""
GUARD = "guard = 1\ncolour = red\nsame\nsame\n"
CHECK = """
grep -q 'guard = 1' guard.txt && exit 0
echo '[ RUN      ] ThePromise.Holds'
echo 'promise_test.cpp:12: Failure'
echo 'Value of: world.heal()'
echo 'seed 17: S3: heard twice'
echo '[  FAILED  ] ThePromise.Holds (3 ms)'
exit 1
"""


class OnATree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.copy = pathlib.Path(self.folder.name)
        (self.copy / "guard.txt").write_text(GUARD)
        (self.copy / "check.sh").write_text(CHECK)
        self.catchers, mutants = runner.read_table(TABLE)
        self.mutants = {mutant.name: mutant for mutant in mutants}
        self.workshop = runner.Workshop(self.copy, self.catchers, bound=5)

    def tearDown(self):
        self.folder.cleanup()

    def test_a_removed_guard_is_caught_by_name_with_its_seed(self):
        outcome = self.workshop.attempt(self.mutants["removed"])
        self.assertEqual((outcome.caught, outcome.by, outcome.seed, outcome.said), (True, "ThePromise.Holds", "17", "seed 17: S3: heard twice"))

    def test_a_change_that_nothing_notices_survives(self):
        self.assertFalse(self.workshop.attempt(self.mutants["harmless"]).caught)

    def test_the_copy_is_as_before_whatever_came_of_it(self):
        for name in ["removed", "harmless"]:
            self.workshop.attempt(self.mutants[name])
            self.assertEqual((self.copy / "guard.txt").read_text(), GUARD)

    def test_a_mutant_that_does_not_build_is_an_error_of_the_table_and_leaves_nothing_behind(self):
        with self.assertRaisesRegex(runner.TableError, "mutant breaks does not build"):
            self.workshop.attempt(self.mutants["breaks"])
        self.assertEqual((self.copy / "guard.txt").read_text(), GUARD)

    def test_a_text_that_is_nowhere_or_twice_is_refused_by_name(self):
        for name, found in [("nowhere", "nowhere"), ("twice", "2 times")]:
            with self.assertRaisesRegex(runner.TableError, f"{name}: its text is found {found} in guard.txt"):
                self.workshop.attempt(self.mutants[name])

    def test_a_file_that_is_not_there_is_refused(self):
        self.mutants["removed"].file = "gone.txt"
        with self.assertRaisesRegex(runner.TableError, "there is no gone.txt"):
            self.workshop.attempt(self.mutants["removed"])

    def test_a_program_that_fails_without_a_mutant_ends_the_run(self):
        (self.copy / "guard.txt").write_text(GUARD.replace("guard = 1", "guard = 2"))
        with self.assertRaisesRegex(runner.TableError, "checks fails without any mutant: ThePromise.Holds"):
            self.workshop.baseline("checks")

    def test_a_program_that_does_not_end_is_ended_and_counts_as_caught(self):
        self.catchers["checks"]["run"] = ["sh", "-c", "echo '[ RUN      ] ThePromise.Holds'; sleep 60"]
        self.workshop.bound = 0.2
        outcome = self.workshop.attempt(self.mutants["harmless"])
        self.assertEqual((outcome.caught, outcome.by), (True, "does not end within 0.2 s in ThePromise.Holds"))

    def test_a_program_that_crashes_has_caught_it(self):
        self.catchers["checks"]["run"] = ["sh", "-c", "kill -SEGV $$"]
        self.assertEqual(self.workshop.attempt(self.mutants["harmless"]).by, "crash (SIGSEGV)")


class WhatWasSaid(unittest.TestCase):
    def test_the_simulation_names_invariant_and_seed(self):
        output = 'noise\n{"seeds": 3, "violations": [{"invariant": "numbers-dense", "what": "routes gave 7 twice"}], "seed": 42}\n'
        self.assertEqual(runner.read_simulation(output), ("numbers-dense", "42", "routes gave 7 twice"))

    def test_a_simulation_without_violations_says_nothing(self):
        for output in ['{"violations": []}', "no JSON", "{cut short"]:
            self.assertIsNone(runner.read_simulation(output))


class TheTable(unittest.TestCase):
    def test_refuses_two_of_a_name_and_unknown_catchers(self):
        with self.assertRaisesRegex(runner.TableError, "removed: there are two"):
            runner.read_table(TABLE.replace("name: harmless", "name: removed"))
        with self.assertRaisesRegex(runner.TableError, "no catcher of the table: nobody"):
            runner.read_table(TABLE.replace("default: checks", "default: nobody"))

    def test_parts_hold_every_mutant_once_and_one_follows_the_day(self):
        _, mutants = runner.read_table(TABLE)
        parts = [runner.chosen(mutants, [], f"{i}/2") for i in range(2)]
        self.assertCountEqual([mutant.name for part in parts for mutant in part], [mutant.name for mutant in mutants])
        day = datetime.date(2026, 11, 23)
        self.assertNotEqual(runner.chosen(mutants, [], "today/2", day), runner.chosen(mutants, [], "today/2", day + datetime.timedelta(days=1)))

    def test_refuses_parts_and_names_that_are_not_there(self):
        _, mutants = runner.read_table(TABLE)
        for part in ["2/2", "1/0", "half"]:
            with self.assertRaisesRegex(runner.TableError, "--part"):
                runner.chosen(mutants, [], part)
        with self.assertRaisesRegex(runner.TableError, "there is no mutant fictitious"):
            runner.chosen(mutants, ["fictitious"], None)


class TheCopy(unittest.TestCase):
    def test_follows_the_tree_keeps_its_build_and_touches_only_what_differs(self):
        with tempfile.TemporaryDirectory() as folder:
            tree, copy = pathlib.Path(folder, "tree"), pathlib.Path(folder, "copy")
            tree.mkdir()
            copy.mkdir()
            subprocess.run(["git", "init", "-q", str(tree)], check=True)
            (tree / "same.cpp").write_text("same")
            (tree / "edited.cpp").write_text("new")
            (copy / "same.cpp").write_text("same")
            (copy / "edited.cpp").write_text("a mutant of a run that was cut off")
            (copy / "removed.cpp").write_text("gone from the tree")
            (copy / "build").mkdir()
            (copy / "build/object.o").write_text("kept")
            before = (copy / "same.cpp").stat().st_mtime_ns
            runner.synchronise(tree, copy)
            self.assertEqual((copy / "edited.cpp").read_text(), "new")
            self.assertFalse((copy / "removed.cpp").exists())
            self.assertTrue((copy / "build/object.o").exists())
            self.assertEqual((copy / "same.cpp").stat().st_mtime_ns, before)


class ThePage(unittest.TestCase):
    def test_takes_new_rows_keeps_the_others_and_drops_mutants_that_are_no_more(self):
        _, mutants = runner.read_table(TABLE)
        page = f"before\n{runner.BEGIN}\n| `breaks` | it does not build | checks: A.B | 1 |\n| `ancient` | x | y | 1 |\n{runner.END}\nafter\n"
        page = runner.page_with(page, mutants, [runner.Outcome("removed", True, "ThePromise.Holds", "17", "", 9, 2.5), runner.Outcome("harmless", False, seconds=3)])
        self.assertIn("| `removed` | it matters | checks: ThePromise.Holds, seed 17 | 2.5 |\n", page)
        self.assertIn("| `harmless` | it does not | checks: **survived** | 3 |\n", page)
        self.assertIn("`breaks`", page)
        self.assertNotIn("ancient", page)
        self.assertTrue(page.startswith("before\n") and page.endswith("\nafter\n"))


if __name__ == "__main__":
    unittest.main()
