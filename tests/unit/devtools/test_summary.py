"""The last words of a run: totals, failures by name, and loud words on what did not run."""

from devtools import cli, node, summary

REPORT = """<testsuites><testsuite>
<testcase classname="tests.unit.test_a" name="test_good"/>
<testcase classname="tests.unit.test_a" name="test_bad"><failure/></testcase>
<testcase classname="tests.unit.test_a" name="test_broken_setup"><error/></testcase>
<testcase classname="tests.unit.test_a" name="test_later"><skipped/></testcase>
</testsuite></testsuites>"""


def test_a_report_is_counted(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT)
    result = summary.read("unit", tmp_path / "report.xml", 1, 2.0)
    assert (result.passed, result.failed, result.skipped) == (1, 2, 1)
    assert result.failures == ("tests/unit/test_a.py::test_bad", "tests/unit/test_a.py::test_broken_setup")


def test_a_suite_without_a_report_has_failed(tmp_path):
    result = summary.read("unit", tmp_path / "absent.xml", 3, 2.0)
    assert result.failed == 1 and not result.is_good


def test_an_interrupted_suite_has_failed_although_its_tests_passed():
    assert not summary.Result("unit", passed=5, exit_code=2).is_good


def test_the_last_lines_name_the_suites_that_did_not_run_and_why():
    text = summary.text([summary.Result("unit", passed=3)], {"site": "no bench\nways on", "browser": "no bench\nways on"}, 12)
    assert "!!! NOT RUN: site and browser !!!\n    no bench\n    ways on" in text
    assert text.splitlines()[-1] == "3 passed, 0 failed, 0 skipped in 12 s; NOT RUN: site, browser"


def test_two_reasons_are_told_apart():
    text = summary.text([], {"site": "no bench", "browser": "no Chromium"}, 1)
    assert "!!! NOT RUN: site !!!\n    no bench" in text and "!!! NOT RUN: browser !!!\n    no Chromium" in text


def test_totals_add_up_and_failures_are_named():
    results = [summary.Result("unit", 3, 0, 1), summary.Result("site", 2, 1, 0, failures=("test_x",), exit_code=1)]
    text = summary.text(results, {}, 61)
    assert "FAILED site: test_x" in text
    assert text.splitlines()[-1] == "5 passed, 1 failed, 1 skipped in 61 s"


def test_a_suite_that_cannot_run_fails_only_when_it_was_asked_for():
    good, missing = [summary.Result("unit", passed=1)], {"site": "no bench"}
    assert summary.exit_code(good, missing, asked_by_name=False) == 0
    assert summary.exit_code([], missing, asked_by_name=True) == 1
    assert summary.exit_code([summary.Result("unit", failed=1, exit_code=1)], {}, asked_by_name=False) == 1


def test_words_after_two_dashes_go_to_pytest():
    assert cli.split(["test", "unit", "--", "-k", "money"]) == (["test", "unit"], ["-k", "money"])
    assert cli.split(["test"]) == (["test"], [])


def test_an_unknown_suite_is_refused_by_name(capsys):
    assert cli.main(["test", "everything"]) == 1
    assert "There is no suite everything" in capsys.readouterr().err


def test_versions_of_node_are_read():
    assert node.major("v18.19.0") == 18
    assert node.major("") == 0
