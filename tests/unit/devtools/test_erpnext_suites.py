"""ERPNext's results with and without the app are compared by name."""

from devtools.erpnext_suites import Outcome, read, report


def outcome(failed="", passed=""):
    return Outcome(frozenset(failed.split()), frozenset(passed.split()))


def test_equal_results_have_no_differences():
    side = {"Lead": outcome("a", "b c")}
    assert report(side, side) == []


def test_a_test_that_fails_only_with_the_app_is_named():
    assert report({"Lead": outcome("", "a b")}, {"Lead": outcome("b", "a")}) == ["Lead: b fails only with the app"]


def test_a_test_that_did_not_run_on_one_side_is_named():
    assert report({"Lead": outcome("", "a b")}, {"Lead": outcome("", "a")}) == ["Lead: b ran on one side only"]


def test_a_report_is_read_by_class_and_name(tmp_path):
    (tmp_path / "report.xml").write_text(
        '<testsuites><testsuite><testcase classname="TestLead" name="test_a"/>'
        '<testcase classname="TestLead" name="test_b"><error/></testcase>'
        '<testcase classname="TestLead" name="test_c"><skipped/></testcase></testsuite></testsuites>'
    )
    assert read(tmp_path / "report.xml") == outcome("TestLead.test_b", "TestLead.test_a")
