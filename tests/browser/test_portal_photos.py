"""A customer on a phone sends photos that are larger together than the site lets in."""

import os
import struct
import sys
import zlib
from pathlib import Path

import pytest
from conftest import PATIENCE, PHONE, log_in, user_with

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "site"))
MEGABYTE = 1024 * 1024


@pytest.fixture
def customer(site, records):
    """The login of a customer with one unit."""
    import makers

    tag = site.generate_hash(length=6)
    user = user_with(site, ("Customer",), "en")
    buyer = makers.customer(f"Photos {tag}", portal_users=[{"user": user}]).name
    records.remember("Customer", buyer)
    unit = {"doctype": "Equipment", "equipment_name": f"Boiler {tag}", "customer": buyer}
    records.insert({**unit, "company": makers.company()})
    return user


@pytest.fixture
def phone(browser, server, customer):
    context = browser.new_context(base_url=server, locale="en", **PHONE)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    log_in(page, customer)
    yield page
    context.close()


def noise(path, width=1800, height=1200):
    """A picture that no compression makes smaller: 6 MB."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = b"".join(b"\0" + os.urandom(width * 3) for _row in range(height))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
    )
    return path


def test_photos_are_made_small_and_what_cannot_be_sent_is_said_before(
    site, records, phone, accessible, tmp_path
):
    phone.goto("/portal/service/new")
    accessible(phone)
    photos, done = phone.get_by_label("Photos"), phone.locator("#photos-state:empty")
    unreadable = [tmp_path / f"{number}.heic" for number in range(3)]
    for path in unreadable:
        path.write_bytes(os.urandom(9 * MEGABYTE))
    photos.set_input_files(unreadable)
    done.wait_for(state="attached")
    assert "larger than 24 MB" in photos.evaluate("field => field.validationMessage")

    photos.set_input_files([noise(tmp_path / f"{number}.png") for number in range(5)])
    done.wait_for(state="attached")
    assert photos.evaluate("field => field.validationMessage") == ""
    sizes = photos.evaluate("field => [...field.files].map(file => file.size)")
    assert len(sizes) == 5 and sum(sizes) < 20 * MEGABYTE
    phone.get_by_label("Which equipment?").select_option(index=1)
    phone.get_by_label("What is wrong").fill("It leaks in five places")
    phone.get_by_role("button", name="Send").click()
    phone.wait_for_url(lambda url: "/portal/service/" in url and not url.endswith("/new"))
    records.remember("Issue", phone.url.rsplit("/", 1)[1])
    assert phone.locator("a[href*='portal_service.photo']").count() == 5
