"""The columnar extract never changes a figure: whatever happens to documents after it was made, the ledger is right."""

from datetime import timedelta
from decimal import Decimal

import makers
import pymysql
import pytest

from crm_ext.marketing_automation.flow import campaign_extract, campaign_return
from crm_ext.marketing_automation.flow.campaign_return import Request
from crm_ext.marketing_automation.queries import campaign_extract as store

CAMPAIGN = "Extract Fair"
ITEM = "Extract Service"


@pytest.fixture(autouse=True)
def own_extract(site, tmp_path, monkeypatch):
    """An extract of this test's own, worth having from the first ledger row on, made of this transaction's rows."""
    monkeypatch.setattr(store, "folder", lambda: tmp_path)
    monkeypatch.setattr(campaign_extract, "LEDGER_ROWS_WORTH_AN_EXTRACT", 0)
    monkeypatch.setattr(campaign_extract, "OVERLAP", timedelta(0))
    # Another connection would not see what the test has not committed.
    monkeypatch.setattr("crm_ext.marketing_automation.queries.columnar.bulk_reader_is_there", lambda: False)
    return tmp_path


@pytest.fixture
def invoice(site):
    makers.item(ITEM)
    makers.campaign(CAMPAIGN)
    return makers.sales_invoice(makers.customer("Extract Buyer").name, ITEM, rate=100, campaign=CAMPAIGN)


def revenue(campaign=CAMPAIGN):
    import frappe

    today = frappe.utils.getdate()
    asked = Request((makers.company(),), today - timedelta(days=1), today + timedelta(days=1))
    result, _ = campaign_return.figures(asked)
    return sum((row.revenue for row in result.figures if row.campaign == campaign), Decimal(0))


def test_figures_with_and_without_the_extract_are_the_same(site, invoice, own_extract):
    without = revenue()
    campaign_extract.refresh()
    assert store.read_manifest().files.keys() == {"voucher_fact", *campaign_extract.MIRRORS}
    assert revenue() == without == Decimal("100.00")


def test_what_is_posted_after_the_extract_is_in_the_figures_at_once(site, invoice):
    campaign_extract.refresh()
    makers.sales_invoice(invoice.customer, ITEM, rate=11, campaign=CAMPAIGN)
    assert revenue() == Decimal("111.00")
    campaign_extract.refresh()
    assert revenue() == Decimal("111.00")


def test_a_cancelled_voucher_leaves_the_figures_before_the_next_refresh(site, invoice):
    campaign_extract.refresh()
    invoice.reload().cancel()
    assert revenue() == 0
    campaign_extract.refresh()
    assert revenue() == 0


def test_a_voucher_cancelled_and_deleted_between_two_refreshes_is_gone(site, invoice):
    campaign_extract.refresh()
    invoice.reload().cancel()
    site.db.delete("GL Entry", {"voucher_no": invoice.name})
    site.get_doc(
        {
            "doctype": "Deleted Document",
            "deleted_doctype": "Sales Invoice",
            "deleted_name": invoice.name,
            "data": "{}",
        }
    ).db_insert()
    assert revenue() == 0


def test_a_voucher_that_is_posted_again_counts_once(site, invoice):
    campaign_extract.refresh()
    invoice.reload().make_gl_entries_on_cancel()
    site.db.delete("GL Entry", {"voucher_no": invoice.name})
    invoice.make_gl_entries()
    assert revenue() == Decimal("100.00")


def test_a_renamed_campaign_takes_its_figures_along(site, invoice):
    campaign_extract.refresh()
    site.rename_doc("Campaign", CAMPAIGN, "Extract Fair of Spring", force=True, show_alert=False)
    campaign_extract.rename("Campaign", CAMPAIGN, "Extract Fair of Spring")
    assert (revenue(), revenue("Extract Fair of Spring")) == (0, Decimal("100.00"))


def test_reconciling_repairs_what_no_mark_of_time_shows(site, invoice):
    makers.sales_invoice(invoice.customer, ITEM, rate=11, campaign=CAMPAIGN)
    campaign_extract.refresh()
    site.db.sql("delete from `tabGL Entry` where voucher_no = %s", invoice.name)
    assert revenue() == Decimal("111.00"), "the extract cannot know yet"
    campaign_extract.reconcile()
    assert revenue() == Decimal("11.00")
    check = next(check for check in store.read_manifest().checks if check.company == makers.company())
    assert (Decimal(check.difference), check.months_rebuilt) == (0, 1)


def test_a_refresh_that_dies_half_way_leaves_the_old_state_whole(site, invoice, monkeypatch):
    campaign_extract.refresh()
    before = store.read_manifest()
    makers.sales_invoice(invoice.customer, ITEM, rate=11, campaign=CAMPAIGN)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(campaign_extract.os, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            campaign_extract.refresh()
    assert store.read_manifest() == before
    assert revenue() == Decimal("111.00")
    campaign_extract.refresh()
    assert store.read_manifest() != before
    assert revenue() == Decimal("111.00")


def test_two_refreshes_at_once_make_one_state(site, invoice, own_extract):
    from hashlib import blake2b

    purpose = f"{site.conf.db_name}:{campaign_extract._LOCK}"
    lock = blake2b(purpose.encode(), digest_size=16).hexdigest()
    conf = site.conf
    other = pymysql.connect(
        host=conf.db_host or "127.0.0.1",
        port=int(conf.db_port or 3306),
        user=conf.db_user or conf.db_name,
        password=conf.db_password,
    )
    with other, other.cursor() as cursor:
        cursor.execute("select get_lock(%s, 0)", (lock,))
        assert cursor.fetchone() == (1,)
        campaign_extract.refresh()
        assert store.read_manifest() is None
        cursor.execute("select release_lock(%s)", (lock,))
    campaign_extract.refresh()
    assert store.read_manifest() is not None


def test_files_of_former_states_are_cleared_away(site, invoice, own_extract, monkeypatch):
    monkeypatch.setattr(campaign_extract, "_OLD_FILES_STAY", timedelta(seconds=-1))
    campaign_extract.refresh()
    (own_extract / "voucher_fact-left-over.parquet").write_bytes(b"")
    makers.sales_invoice(invoice.customer, ITEM, rate=11, campaign=CAMPAIGN)
    campaign_extract.refresh()
    kept = {path.name for path in own_extract.iterdir()}
    assert kept == {*store.read_manifest().files.values(), "manifest.json"}


def test_an_extract_of_another_format_is_not_read(site, invoice, own_extract):
    campaign_extract.refresh()
    manifest = own_extract / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 1', '"format": 0'))
    assert store.read_manifest() is None
    assert revenue() == Decimal("100.00")


def test_long_tables_are_read_in_portions_without_losing_or_doubling_a_row(site, monkeypatch):
    from crm_ext.marketing_automation.queries import mirrors

    for number in range(5):
        makers.customer(f"Portion {number}")
    monkeypatch.setattr(mirrors, "ROWS_AT_ONCE", 2)
    with campaign_extract.connect() as connection:
        campaign_extract.open_relations(connection, None)
        names = [row[0] for row in connection.execute("select name from customer").fetchall()]
    assert sorted(names) == sorted(site.get_all("Customer", pluck="name"))
