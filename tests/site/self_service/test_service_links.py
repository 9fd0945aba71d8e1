"""Links about service: one purpose, one document, until they expire, are used up or are revoked."""

from hashlib import sha256

import frappe
import pytest

from crm_ext.self_service.flow import service_links


def token_of(address: str) -> str:
    return address.rsplit("/", 1)[1]


@pytest.fixture
def issue(site):
    return frappe.get_doc({"doctype": "Issue", "subject": "Pump drips"}).insert().name


def test_a_link_opens_its_document_and_the_site_keeps_the_fingerprint_only(issue):
    token = token_of(service_links.make(service_links.CONFIRM, "Issue", issue, "ann@links.test", 7, True))
    opened = service_links.open_link(token, service_links.CONFIRM)
    assert (opened.doctype, opened.name, opened.email) == ("Issue", issue, "ann@links.test")
    kept = frappe.get_doc("Service Link", opened.link).as_json()
    assert token not in kept and sha256(token.encode()).hexdigest() in kept


@pytest.mark.parametrize("token", ["", None, "x", "ا" * 43, ["a"], {"a": 1}])
def test_what_is_no_token_opens_nothing(issue, token):
    service_links.make(service_links.CONFIRM, "Issue", issue, None, 7, True)
    assert service_links.open_link(token, service_links.CONFIRM) is None


def test_a_link_for_one_purpose_does_not_serve_another(issue):
    token = token_of(service_links.make(service_links.CONFIRM, "Issue", issue, None, 7, True))
    assert service_links.open_link(token, service_links.MOVE) is None
    with pytest.raises(frappe.DoesNotExistError):
        service_links.use(token, service_links.MOVE)


def test_a_link_that_works_once_is_refused_the_second_time_with_a_sentence(issue):
    token = token_of(service_links.make(service_links.CONFIRM, "Issue", issue, None, 7, True))
    assert service_links.use(token, service_links.CONFIRM).name == issue
    with pytest.raises(frappe.ValidationError, match="was used already"):
        service_links.use(token, service_links.CONFIRM)
    assert service_links.open_link(token, service_links.CONFIRM).used_at


def test_a_link_to_follow_a_visit_works_again_and_again(issue):
    token = token_of(service_links.make(service_links.MOVE, "Issue", issue, None, 7, False))
    for _turn in range(3):
        assert service_links.use(token, service_links.MOVE).used_at is None


@pytest.mark.parametrize("end", ["expired", "revoked", "document deleted"])
def test_a_link_that_has_ended_opens_nothing(issue, end):
    token = token_of(service_links.make(service_links.CONFIRM, "Issue", issue, None, 7, True))
    if end == "expired":
        frappe.db.set_value("Service Link", {"reference_name": issue}, "expires_at", "2020-01-01")
    elif end == "revoked":
        service_links.revoke_all("Issue", [issue])
    else:
        frappe.delete_doc("Issue", issue)
    assert service_links.open_link(token, service_links.CONFIRM) is None
    with pytest.raises(frappe.DoesNotExistError):
        service_links.use(token, service_links.CONFIRM)
