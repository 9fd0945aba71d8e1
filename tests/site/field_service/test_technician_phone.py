"""The technician's phone: own jobs only, everything written once, nothing lost when the office changed something."""

from __future__ import annotations

import inspect

import frappe
import phone_world
import pytest
import service_world
from counting import queries_of
from frappe.utils import add_days, nowdate
from phone_world import SENTENCE, picture, report

from crm_ext.api import technician as phone
from crm_ext.field_service.flow import service_orders, technician_photos


@pytest.fixture(scope="module")
def committed(site_connection):
    """Committed, so that making it is paid once; what the tests do to it is rolled back."""
    frappe.set_user("Administrator")
    frappe.db.rollback()
    made = phone_world.world()
    frappe.db.commit()  # the rollback of a test must not take it along
    yield made
    phone_world.remove(made)


@pytest.fixture
def made(site, committed):
    frappe.set_user(committed.login)
    yield committed
    frappe.set_user("Administrator")
    frappe.db.rollback()
    # Roles that a test took away are back.
    frappe.clear_cache(user=committed.login)


def times_of(order: str) -> list[tuple]:
    return [
        (str(row.from_time), str(row.to_time), row.hours)
        for row in frappe.get_all(
            "Service Order Time", {"parent": order}, ["from_time", "to_time", "hours"], order_by="idx"
        )
    ]


# Who sees what

# What the doors of the phone take besides a job and a key; a new one that takes something else is to be tried, too.
TAKEN = {"report": {"work_done": "x"}, "picture": picture()}


def doors():
    """Every function of the phone's surface that names a job, with values for what else it takes."""
    for name, function in inspect.getmembers(phone, inspect.isfunction):
        taken = inspect.signature(function).parameters
        if function.__module__ == phone.__name__ and "service_order" in taken:
            others = [argument for argument in taken if argument not in ("service_order", "key")]
            yield pytest.param(function, {argument: TAKEN[argument] for argument in others}, id=name)


def test_the_phone_takes_along_own_jobs_and_nobody_elses(made):
    told = phone.day()
    assert [job["name"] for job in told["jobs"]] == [made.job]
    assert told["user"] == made.login
    assert made.other_job not in frappe.as_json(told)


def test_a_part_that_two_pay_is_one_part_on_the_phone(made):
    parts = [
        {"item_code": "SEAL", "qty": 1, "share_of": None},
        {"item_code": "SEAL", "qty": 0, "share_of": "the row before"},
    ]
    for place, values in enumerate(parts, start=1):
        row = frappe.new_doc(
            "Service Order Part", parent=made.job, parenttype="Service Order", parentfield="parts"
        )
        row.update({"idx": place, **values})
        row.db_insert()
    (job,) = phone.day()["jobs"]
    assert [(row["item_code"], row["qty"]) for row in job["parts"]] == [("SEAL", 1)]


@pytest.mark.parametrize(("door", "values"), doors())
def test_anothers_job_gets_the_same_answer_as_one_that_is_not_there(made, door, values):
    answers = []
    for order in (made.other_job, "SVC-ORD-1900-99999", "", "x" * 500):
        with pytest.raises(frappe.DoesNotExistError) as refused:
            door(order, key="key-of-the-phone", **values)
        answers.append(str(refused.value))
    assert set(answers) == {answers[0]} and SENTENCE in answers[0]
    assert not frappe.db.exists("Work Report", {"service_order": made.other_job})


def test_logins_without_an_active_technician_are_refused(made):
    frappe.db.set_value("Technician", made.ann, "status", "Inactive")
    with pytest.raises(frappe.PermissionError):
        phone.day()
    frappe.db.set_value("Technician", made.ann, "status", "Active")
    for stranger in ("Guest", "Administrator"):
        frappe.set_user(stranger)
        with pytest.raises(frappe.PermissionError):
            phone.day()
    frappe.set_user("Administrator")
    frappe.get_doc("User", made.login).remove_roles("Technician")
    frappe.set_user(made.login)
    with pytest.raises(frappe.PermissionError):
        phone.report(made.job, "key-of-the-phone", {"work_done": "x"})


def test_the_queries_do_not_grow_with_the_jobs(made):
    phone.day()
    one = queries_of(phone.day)
    frappe.set_user("Administrator")
    for _turn in range(4):
        phone_world.job(made.ann, made.customer)
    frappe.set_user(made.login)
    assert len(phone.day()["jobs"]) == 5
    assert queries_of(phone.day) == one


# Once, and nothing lost


def test_a_visit_that_is_sent_five_times_is_written_once(made):
    told = {
        "status": "In Progress",
        "at": "2026-03-02T08:00:00Z",
        "work_done": "New seal",
        "times": [{"id": "t1", "what": "Work", "from": "2026-03-02T08:00:00Z", "to": "2026-03-02T09:30:00Z"}],
    }
    answers = [report(made.job, "the-same-key", **told) for _turn in range(5)]
    assert all(answer["rows"] == answers[0]["rows"] for answer in answers) and answers[0]["rows"]["t1"]
    assert [hours for _from, _to, hours in times_of(made.job)] == [1.5]
    assert frappe.db.count("Work Report", {"service_order": made.job}) == 1
    assert answers[-1]["job"]["status"] == "In Progress"


def test_rows_that_were_sent_before_are_corrected_and_not_doubled(made):
    row = {"id": "t1", "what": "Work", "from": "2026-03-02 08:00", "to": "2026-03-02 09:00"}
    names = report(made.job, "first-key-of-it", times=[row])["rows"]
    report(made.job, "second-key-of-it", times=[{**row, "name": names["t1"], "to": "2026-03-02 10:00"}])
    assert times_of(made.job) == [("2026-03-02 08:00:00", "2026-03-02 10:00:00", 2.0)]
    report(made.job, "third-key-of-it", times=[{"id": "t1", "name": names["t1"], "is_removed": 1}])
    assert times_of(made.job) == []


def test_what_the_office_added_meanwhile_stays_and_what_it_took_away_is_written_anew(made):
    row = {"id": "t1", "what": "Work", "from": "2026-03-02 08:00", "to": "2026-03-02 09:00"}
    names = report(made.job, "first-key-of-it", times=[row])["rows"]
    frappe.set_user("Administrator")
    order = frappe.get_doc("Service Order", made.job)
    order.set("times", [])
    order.append("times", {"what": "Travel", "from_time": "2026-03-02 07:00", "to_time": "2026-03-02 07:30"})
    order.save()
    frappe.set_user(made.login)
    report(made.job, "second-key-of-it", times=[{**row, "name": names["t1"]}])
    assert [hours for _from, _to, hours in times_of(made.job)] == [0.5, 1.0]


def test_rows_that_were_not_spoken_of_stay_as_they_are_and_all_keep_their_places(made):
    morning = {"id": "t1", "what": "Work", "from": "2026-03-02 08:00", "to": "2026-03-02 09:00"}
    noon = {"id": "t2", "what": "Work", "from": "2026-03-02 12:00", "to": "2026-03-02 13:00"}
    names = report(made.job, "first-key-of-it", times=[morning, noon])["rows"]
    later = {"id": "t3", "what": "Work", "from": "2026-03-02 15:00", "to": "2026-03-02 15:15"}
    corrected = {**morning, "name": names["t1"], "to": "2026-03-02 10:00"}
    report(made.job, "second-key-of-it", times=[later, corrected])
    assert [hours for _from, _to, hours in times_of(made.job)] == [2.0, 1.0, 0.25]
    report(made.job, "third-key-of-it", times=[])
    assert [hours for _from, _to, hours in times_of(made.job)] == [2.0, 1.0, 0.25]


def test_a_job_that_was_given_away_takes_no_report_and_says_so(made):
    frappe.db.set_value("Service Order", made.job, "technician", made.bob)
    with pytest.raises(frappe.DoesNotExistError, match="not yours any more"):
        report(made.job, "a-key-of-the-phone", work_done="New seal")
    assert not frappe.db.get_value("Service Order", made.job, "work_done")


def test_a_job_that_was_cancelled_or_posted_meanwhile_is_refused_with_a_sentence(made):
    frappe.db.set_value("Service Order", made.job, "docstatus", 1)
    with pytest.raises(frappe.ValidationError) as refused:
        report(made.job, "a-key-of-the-phone", work_done="New seal")
    assert len(str(refused.value)) > 20
    assert not frappe.db.exists("Work Report", {"service_order": made.job})


@pytest.mark.parametrize(
    "told",
    [
        {"status": "Flying"},
        {"status": "In Progress", "at": "yesterday"},
        {"times": [{"id": "t", "what": "Work", "from": "2026-03-02 10:00", "to": "2026-03-02 09:00"}]},
        {"times": [{"id": "t", "what": "Work", "from": "noon", "to": "2026-03-02 09:00"}]},
        {"times": "all day"},
        {"parts": [{"id": "p", "item_code": "No such item", "qty": 1}]},
        {"signature": "data:image/svg+xml;base64,AAAA"},
        {"signature": "data:image/png;base64," + "A" * 500_000},
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(made, told):
    before = frappe.db.get_value("Service Order", made.job, "modified")
    with pytest.raises(frappe.ValidationError):
        report(made.job, "a-key-of-the-phone", **told)
    assert not frappe.db.exists("Work Report", {"service_order": made.job})
    assert frappe.db.get_value("Service Order", made.job, "modified") == before


def test_answers_of_the_checklist_arrive_in_any_digits(made):
    done, measured, _photo = (row.name for row in frappe.get_doc("Service Order", made.job).tasks)
    report(
        made.job,
        "a-key-of-the-phone",
        tasks=[{"name": done, "is_done": 1}, {"name": measured, "value": "۲٫۵", "is_done": 1}, {"name": "x"}],
    )
    tasks = frappe.get_doc("Service Order", made.job).tasks
    assert [(task.is_done, task.value) for task in tasks[:2]] == [(1, 0), (1, 2.5)]


# Clocks


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # Berlin, 26 October 2025: from 02:30 of summer to 03:15 of winter are an hour and three quarters.
        ("2025-10-26T00:30:00Z", "2025-10-26T02:15:00Z", 1.75),
        # From 02:30 of summer to 02:30 of winter: the clock shows the same time again.
        ("2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z", 1.0),
        # 30 March 2025: from 01:30 to 03:30, of which an hour never was.
        ("2025-03-30T00:30:00Z", "2025-03-30T01:30:00Z", 1.0),
    ],
)
def test_hours_noted_by_buttons_are_right_when_the_clocks_change(made, start, end, hours):
    zone = frappe.db.get_single_value("System Settings", "time_zone")
    frappe.db.set_single_value("System Settings", "time_zone", "Europe/Berlin")
    frappe.clear_cache(doctype="System Settings")
    try:
        report(made.job, "a-key-of-the-phone", times=[{"id": "t", "what": "Work", "from": start, "to": end}])
        assert [found for _from, _to, found in times_of(made.job)] == [hours]
    finally:
        frappe.db.set_single_value("System Settings", "time_zone", zone)
        frappe.clear_cache(doctype="System Settings")


# Photos


def test_a_photo_is_kept_once_for_its_key_and_answers_its_task(made):
    addresses = {phone.add_photo(made.job, "photo-key-1", picture())["photo"] for _turn in range(5)}
    assert len(addresses) == 1
    assert frappe.db.count("File", {"attached_to_name": made.job}) == 1
    task = frappe.get_doc("Service Order", made.job).tasks[2]
    report(
        made.job, "a-key-of-the-phone", tasks=[{"name": task.name, "photo_key": "photo-key-1", "is_done": 1}]
    )
    assert frappe.db.get_value("Service Order Task", task.name, "photo") in addresses
    assert frappe.db.get_value("File", {"attached_to_name": made.job}, "is_private")


def test_a_photo_of_50_megabytes_is_refused_with_a_sentence(made):
    large = "data:image/jpeg;base64," + "A" * (50 * 1024 * 1024 * 4 // 3)
    with pytest.raises(frappe.ValidationError, match="The photo has 50 MB, at most 4 are taken"):
        phone.add_photo(made.job, "photo-key-1", large)
    assert not frappe.db.exists("File", {"attached_to_name": made.job})


@pytest.mark.parametrize(
    "file",
    [
        "",
        None,
        "data:image/jpeg;base64,%%%",
        "data:image/jpeg;base64," + "QUJD" * 20,
        "data:image/svg+xml;base64,PHN2Zz4=",
        "https://example.com/a.jpg",
    ],
)
def test_what_is_no_photo_is_refused(made, file):
    with pytest.raises(frappe.ValidationError, match="no photo"):
        phone.add_photo(made.job, "photo-key-1", file)


def test_a_small_file_with_giant_measures_is_refused(made, monkeypatch):
    monkeypatch.setattr(technician_photos, "_MOST_PIXELS", 100)
    with pytest.raises(frappe.ValidationError, match="no photo"):
        phone.add_photo(made.job, "photo-key-1", picture((20, 20)))


# From the van to the ledger


def test_a_whole_visit_from_the_phone_is_posted_once(site):
    shop = service_world.world()
    login = phone_world.makers.user(f"tess{shop.tag}@phones.test", "Technician").name
    frappe.db.set_value("Technician", shop.technician, "user", login)
    order = service_orders.make_from("Equipment", shop.equipment)
    order.update({"technician": shop.technician, "planned_start": add_days(nowdate(), -1)})
    name = order.insert().name
    frappe.set_user(login)
    told = phone.day()
    held = {one["item_code"]: one for one in told["van"]}
    assert held[shop.seal]["qty"] == 10
    assert held[shop.motor]["serial_nos"] == shop.serials
    assert [batch["batch_no"] for batch in held[shop.grease]["batches"]] == [shop.batch]
    (task,) = told["jobs"][0]["tasks"]
    day = add_days(nowdate(), -1)
    report(
        name,
        "whole-visit-key",
        status="Work Done",
        at=f"{day} 11:00:00",
        tasks=[{"name": task["name"], "is_done": 1}],
        parts=[
            {"id": "a", "item_code": shop.seal, "qty": "۲"},
            {"id": "b", "item_code": shop.motor, "qty": 1, "serial_no": shop.serials[1]},
            {"id": "c", "item_code": shop.grease, "qty": 3, "batch_no": shop.batch},
        ],
        times=[{"id": "t", "what": "Work", "from": f"{day} 09:00", "to": f"{day} 11:00"}],
        result="Solved",
        work_done="New motor",
        signed_by="Ms Lee",
        signature="data:image/png;base64,iVBORw0KGgo=",
    )
    for _turn in range(5):
        assert phone.finish(name, "posting-key")["job"]["docstatus"] == 1
    frappe.set_user("Administrator")
    done = frappe.get_doc("Service Order", name)
    assert done.status == "Completed" and done.stock_entry and done.timesheet and done.sales_invoice
    assert frappe.db.count("Stock Entry", {"service_order": name, "docstatus": 1}) == 1
    left = frappe.get_all("Bin", {"warehouse": shop.van}, ["item_code", "actual_qty"], order_by="item_code")
    assert {row.item_code: row.actual_qty for row in left} == {shop.seal: 8, shop.motor: 1, shop.grease: 17}
