"""A technician's day on the phone: a whole visit without network, sent once when the network is back."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from conftest import PATIENCE, PHONE, log_in, user_with

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "site" / part) for part in ("", "field_service")]
import service_world
from frappe.installer import update_site_config

from crm_ext.field_service.flow import service_orders
from crm_ext.self_service.flow import service_links


@pytest.fixture
def shop(site):
    before = site.get_single("Field Service Settings").as_dict()
    # ERPNext keeps the accounts of warehouses for the length of a request.
    site.flags.pop("warehouse_account_map", None)
    made = service_world.world()
    login = user_with(site, ("Technician",), "en")
    site.db.set_value("Technician", {"user": login}, "user", None)
    site.db.set_value("Technician", made.technician, "user", login)
    order = service_orders.make_from("Equipment", made.equipment)
    order.update(
        {
            "title": "Pump leaks at the shaft",
            "technician": made.technician,
            "status": "Planned",
            "planned_start": site.utils.now_datetime().replace(second=0, microsecond=0),
            "contact_mobile": "+98 912 123 4567",
            "latitude": 35.7219,
            "longitude": 51.4056,
        }
    )
    order.append("tasks", {"task": "Pressure", "answer": "Measured Value", "unit": "bar"})
    order.append("tasks", {"task": "Picture of the seal", "answer": "Photo"})
    order.append("parts", {"item_code": made.seal, "planned_qty": 1, "qty": 0})
    made.order, made.login = order.insert().name, login
    site.db.commit()
    yield made
    site.db.rollback()
    site.set_user("Administrator")
    for doctype, field in (
        ("File", "attached_to_name"),
        ("Comment", "reference_name"),
        ("Visit Notice", "service_order"),
    ):
        site.db.delete(doctype, {field: made.order})
    service_world.remove_orders(made)
    site.db.set_value("Technician", made.technician, "user", None)
    service_world.remove(made, before)


@pytest.fixture
def phone(browser, server, site):
    contexts = []

    def open_phone(login: str | None, language: str = "en"):
        context = browser.new_context(base_url=server, locale=language, **PHONE)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        if login:
            log_in(page, login)
        return page

    yield open_phone
    for context in contexts:
        context.close()


def large_picture(folder: Path) -> Path:
    from PIL import Image

    path = folder / "seal.png"
    Image.new("RGB", (3200, 2400), "teal").save(path)
    return path


def wait_for(condition) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < deadline, "nothing arrived at the server"
        time.sleep(0.5)


def test_a_visit_without_network_is_kept_on_the_phone_and_sent_once(site, shop, phone, accessible, tmp_path):
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 500)))")
    accessible(page)

    page.context.set_offline(True)
    page.reload()
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_text("No network").wait_for()
    assert page.get_by_role("link", name="Call").get_attribute("href") == "tel:+989121234567"
    page.get_by_role("button", name="Start travel").click()
    page.get_by_role("button", name="I have arrived").click()
    page.get_by_role("button", name="Work is finished").wait_for()
    page.get_by_role("group", name="Look at the seal").get_by_role("checkbox").check()
    page.get_by_label("Measured value").fill("۲٫۵")
    picture = large_picture(tmp_path)
    page.get_by_role("group", name="Picture of the seal").locator("input").set_input_files(picture)
    page.get_by_text("The photo is kept and will be sent.").wait_for()
    giant = tmp_path / "giant.jpg"
    giant.write_bytes(b"\xff\xd8" + bytes(50 * 1024 * 1024))
    page.get_by_label("Take or choose a photo").set_input_files(giant)
    page.get_by_text("This file has 50 MB").wait_for()
    page.get_by_role("group", name=f"Seal {shop.tag}").get_by_label("Used").fill("1")
    page.get_by_label("Take a part from the van").fill(shop.serials[1])
    page.get_by_label("Take a part from the van").press("Enter")
    motor = page.get_by_role("group", name=f"Motor {shop.tag}")
    assert motor.get_by_label("Used").input_value() == "1"
    # The phone is switched off and on again in between.
    page.reload()
    page.get_by_label("Measured value").wait_for()
    assert page.get_by_label("Measured value").input_value() == "2.5"
    accessible(page)
    page.get_by_role("button", name="Add work").click()
    times = page.get_by_role("group", name="Work", exact=True)
    times.get_by_label("Day").select_option(index=1)
    times.get_by_label("From").fill("09:00")
    times.get_by_label("Until").fill("10:30")
    page.get_by_role("radio", name="Solved", exact=True).check()
    page.get_by_label("What was done").fill("New motor")
    page.get_by_label("Name of who signs").fill("Ms Lee")
    box = page.locator("#pad").bounding_box()
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Finish the job and send").click()
    page.get_by_role("button", name="Yes").click()
    page.get_by_text("Kept on this phone").first.wait_for()
    assert site.db.get_value("Service Order", shop.order, "status") == "Planned"

    page.context.set_offline(False)
    wait_for(lambda: site.db.get_value("Service Order", shop.order, "docstatus") == 1)
    done = site.get_doc("Service Order", shop.order)
    # What the buttons noted within seconds is nobody's work.
    assert [(row.what, row.hours) for row in done.times] == [("Work", 1.5)]
    assert {row.item_code: (row.qty, row.serial_no or "") for row in done.parts} == {
        shop.seal: (1, ""),
        shop.motor: (1, shop.serials[1]),
    }
    assert [task.value for task in done.tasks if task.task == "Pressure"] == [2.5]
    assert [task.photo for task in done.tasks if task.answer == "Photo"][0].startswith(
        "/private/files/visit-"
    )
    assert done.signature and done.signed_by == "Ms Lee" and done.stock_entry
    (kept,) = site.get_all("File", {"attached_to_name": shop.order}, ["file_size"])
    assert kept.file_size < picture.stat().st_size + 200_000
    page.goto("/technician#kept")
    page.get_by_text("Sent", exact=True).first.wait_for()
    assert page.get_by_text("Refused", exact=True).count() == 0

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(lambda address: "/technician" not in address)
    left = page.evaluate(
        """async () => {
            const opened = await new Promise((done) => {
                const asked = indexedDB.open("crm_ext_technician");
                asked.onsuccess = () => done(asked.result);
            });
            const asked = opened.transaction("jobs").objectStore("jobs").count();
            const jobs = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
            const caches_ = (await caches.keys()).filter((name) => name.startsWith("technician-"));
            return [jobs, caches_.length];
        }"""
    )
    assert left == [0, 0]
    assert page.errors == []


# Hardware stands in for hardware: a camera that sees nothing, and a reader that reads what the test holds before it.
CAMERA = """
    window.BarcodeDetector = class {
        static getSupportedFormats() { return Promise.resolve(["code_128"]); }
        detect() { return Promise.resolve(window.heldBefore ? [{rawValue: window.heldBefore}] : []); }
    };
    navigator.mediaDevices.getUserMedia = async () => {
        if (window.isForbidden) throw new DOMException("", "NotAllowedError");
        return Object.assign(document.createElement("canvas"), {width: 8, height: 8}).captureStream();
    };
"""


def test_parts_are_scanned_by_the_camera_where_the_browser_can(shop, phone, accessible):
    page = phone(shop.login)
    address = f"/technician#job/{shop.order}"
    page.goto(address)
    page.get_by_label("Take a part from the van").wait_for()
    can = page.evaluate("'BarcodeDetector' in window")
    assert page.get_by_role("button", name="Scan with the camera").count() == int(can)

    page.context.add_init_script(CAMERA)
    page.reload()
    page.get_by_role("button", name="Scan with the camera").click()
    page.get_by_role("dialog", name="Hold the code in front of the camera").wait_for()
    accessible(page)
    page.evaluate("serial => { window.heldBefore = serial; }", shop.serials[1])
    motor = page.get_by_role("group", name=f"Motor {shop.tag}")
    motor.wait_for()
    assert motor.get_by_label("Used").input_value() == "1"
    assert page.locator("#scanner").evaluate(
        "dialog => !dialog.open && !dialog.querySelector('video').srcObject"
    )

    page.evaluate("() => { window.heldBefore = 'NO-SUCH-CODE'; }")
    page.get_by_role("button", name="Scan with the camera").click()
    page.get_by_text("Nothing like that is in the van.").wait_for()
    page.evaluate("() => { window.isForbidden = true; }")
    page.get_by_role("button", name="Scan with the camera").click()
    page.get_by_text("The camera could not be opened.").wait_for()
    assert page.errors == []


def test_a_session_that_ends_and_another_technician_lose_and_see_nothing_of_what_was_typed(
    site, shop, phone, records
):
    other = user_with(site, ("Stock User", "Technician"), "en")
    second = records.insert(
        {
            "doctype": "Technician",
            "technician_name": f"Second {shop.tag}",
            "company": shop.company,
            "user": other,
        }
    )
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_label("What was done").fill("Typed on the road")
    page.context.set_offline(True)
    page.get_by_text("No network").wait_for()
    page.get_by_role("button", name="Send what I have so far").click()
    page.get_by_text("Kept on this phone").first.wait_for()
    page.get_by_label("What was done").fill("Typed on the road, and more")
    site.db.delete("Sessions", {"user": shop.login})
    site.db.commit()
    site.cache.delete_keys("session")
    page.context.set_offline(False)
    page.get_by_text("You are logged out. What you entered is kept").wait_for()
    assert page.get_by_role("link", name="Log in").get_attribute("href") == "/login?redirect-to=/technician"

    # The other one takes the phone, and has been given the job meanwhile.
    site.db.set_value("Service Order", shop.order, "technician", second.name)
    site.db.commit()
    log_in(page, other)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    assert page.get_by_label("What was done").input_value() == ""
    assert page.get_by_text("Kept on this phone", exact=True).count() == 0
    page.get_by_label("Name of who signs").fill("Somebody else")
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(lambda address: "/technician" not in address)

    site.db.set_value("Service Order", shop.order, "technician", shop.technician)
    site.db.commit()
    log_in(page, shop.login)
    page.goto("/technician")
    wait_for(lambda: site.db.get_value("Service Order", shop.order, "work_done") == "Typed on the road")
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_label("What was done").wait_for()
    assert page.get_by_label("What was done").input_value() == "Typed on the road, and more"
    assert page.get_by_label("Name of who signs").input_value() == ""
    assert page.errors == []
    site.db.set_value("Service Order", shop.order, "technician", shop.technician)
    site.db.commit()


def test_a_job_changed_or_taken_away_meanwhile_is_said_plainly_and_nothing_is_lost(
    site, shop, phone, accessible
):
    earlier = service_orders.make_from("Equipment", shop.equipment)
    start = site.utils.add_to_date(site.utils.now_datetime(), hours=-2)
    earlier.update(
        {"title": "Before that", "technician": shop.technician, "status": "Planned", "planned_start": start}
    )
    earlier.insert()
    site.db.commit()
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").wait_for()
    assert page.locator("article h2").all_inner_texts() == ["Before that", "Pump leaks at the shaft"]
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_label("What was done").fill("Looked at it")
    site.db.set_value("Service Order", shop.order, "description", "Ask for Ms Lee at the gate")
    site.db.commit()
    page.goto("/technician#today")
    page.get_by_role("button", name="Ask for news").click()
    page.get_by_text("Changed by the office meanwhile: description.").wait_for()
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_text("Ask for Ms Lee at the gate").wait_for()
    assert page.get_by_label("What was done").input_value() == "Looked at it"

    page.context.set_offline(True)
    page.get_by_label("What was done").fill("Sealed it")
    page.get_by_role("button", name="Send what I have so far").click()
    page.get_by_text("Kept on this phone").first.wait_for()
    other = site.get_all(
        "Technician", {"name": ("!=", shop.technician)}, pluck="name", order_by="name", limit=1
    )
    site.db.set_value("Service Order", shop.order, "technician", other[0] if other else None)
    site.db.commit()
    page.context.set_offline(False)
    page.goto("/technician#kept")
    page.get_by_text("it is not yours any more").wait_for()
    page.get_by_text("Refused", exact=True).wait_for()
    accessible(page)
    page.get_by_role("link", name="Today").click()
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_text("This job is not yours any more").wait_for()
    page.get_by_text("Sealed it").wait_for()
    assert page.errors == []

    address = service_links.make(service_links.MOVE, "Service Order", shop.order, None, 7, single_use=False)
    site.db.commit()
    guest = phone(None, "fa")
    guest.goto("/visit/" + address.rsplit("/", 1)[1] + "?_lang=fa")
    assert guest.locator("html").get_attribute("dir") == "rtl"
    accessible(guest)


def rows_of(site, shop, table: str, *fields: str) -> list[tuple]:
    return [
        tuple(row.get(field) for field in fields)
        for row in site.get_doc("Service Order", shop.order).get(table)
    ]


def add_time(page, what: str, start: str, end: str) -> None:
    page.get_by_role("button", name=f"Add {what.lower()}").click()
    row = page.get_by_role("group", name=what, exact=True)
    row.get_by_label("Day").select_option(index=1)
    row.get_by_label("From").fill(start)
    row.get_by_label("Until").fill(end)


def test_rows_that_were_removed_stay_away_and_those_of_the_office_stay_and_can_be_written_on(
    site, shop, phone
):
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    seal = page.get_by_role("group", name=f"Seal {shop.tag}")
    seal.get_by_label("Used").fill("1")
    add_time(page, "Travel", "07:00", "07:30")
    page.get_by_role("button", name="Send what I have so far").click()
    wait_for(lambda: rows_of(site, shop, "times", "what", "hours") == [("Travel", 0.5)])

    order = site.get_doc("Service Order", shop.order)
    order.parts[0].qty = 2
    order.append("parts", {"item_code": shop.grease, "planned_qty": 2, "qty": 0, "batch_no": shop.batch})
    order.save()
    site.db.commit()
    page.goto("/technician#today")
    page.get_by_role("button", name="Ask for news").click()
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_role("group", name=f"Grease {shop.tag}").get_by_label("Used").fill("3")
    assert seal.get_by_label("Used").input_value() == "2"
    page.get_by_role("group", name="Travel", exact=True).get_by_role("button", name="Remove").click()
    add_time(page, "Work", "09:00", "10:30")
    assert page.get_by_role("group", name="Travel", exact=True).count() == 0
    page.get_by_role("button", name="Send what I have so far").click()
    wait_for(lambda: ("Work", 1.5) in rows_of(site, shop, "times", "what", "hours"))
    assert rows_of(site, shop, "times", "what", "hours") == [("Work", 1.5)]
    assert rows_of(site, shop, "parts", "item_code", "qty") == [(shop.seal, 2), (shop.grease, 3)]
    assert page.errors == []


# Firefox asks whoever holds the phone, who need not answer.
UNANSWERED = "StorageManager.prototype.persist = () => new Promise(() => {});"


def test_a_part_that_is_sent_before_the_page_has_all_its_news_is_not_sent_again_as_another(site, shop, phone):
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").wait_for()
    page.context.add_init_script(UNANSWERED)
    page.reload()
    page.get_by_role("link", name="Pump leaks at the shaft").click()
    page.get_by_label("Take a part from the van").fill(shop.grease)
    page.get_by_label("Take a part from the van").press("Enter")
    page.get_by_role("group", name=f"Grease {shop.tag}").wait_for()
    page.get_by_role("button", name="Send what I have so far").click()
    both = [(shop.seal, 0), (shop.grease, 1)]
    wait_for(lambda: rows_of(site, shop, "parts", "item_code", "qty") == both)
    page.get_by_role("group", name=f"Grease {shop.tag}").get_by_label("Used").fill("2")
    page.get_by_label("What was done").fill("Greased")
    page.get_by_role("button", name="Send what I have so far").click()
    wait_for(lambda: site.db.get_value("Service Order", shop.order, "work_done") == "Greased")
    assert rows_of(site, shop, "parts", "item_code", "qty") == [(shop.seal, 0), (shop.grease, 2)]
    assert page.errors == []


def test_the_kept_page_opens_while_the_server_is_in_maintenance(shop, phone):
    page = phone(shop.login)
    page.goto("/technician")
    page.get_by_role("link", name="Pump leaks at the shaft").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => new Promise((done) => setTimeout(done, 500)))")
    update_site_config("maintenance_mode", 1)
    try:
        page.reload()
        page.get_by_role("link", name="Pump leaks at the shaft").wait_for(timeout=20_000)
    finally:
        update_site_config("maintenance_mode", "None")
    assert page.errors == []
