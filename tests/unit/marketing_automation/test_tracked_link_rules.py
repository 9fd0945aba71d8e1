"""Tracked links lead where they were made to lead, and only readers count."""

import pytest

from crm_ext.marketing_automation.rules.links import TrackedLink, checked, is_a_reader

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "/desk", "//evil.example", "ftp://x.example", "https://", "data:text/html,x", ""],
)
def test_only_complete_addresses_of_the_web_are_tracked(url):
    assert not checked(TrackedLink(url, "Lead", "L"))


def test_an_address_of_the_web_is_kept_as_it_is():
    link = TrackedLink("https://x.example/?a=1&b=ب#top", "Lead", "L", "Spring")
    assert checked(link) is link
    assert link.occasion != TrackedLink(link.url, "Lead", "L").occasion


@pytest.mark.parametrize(
    ("method", "agent", "purpose", "counts"),
    [
        ("GET", BROWSER, None, True),
        ("HEAD", BROWSER, None, False),
        ("GET", BROWSER, "prefetch;prerender", False),
        ("GET", "Slackbot-LinkExpanding 1.0", None, False),
        ("GET", "curl/8.0", None, False),
        ("GET", "", None, False),
    ],
)
def test_probes_prefetches_and_machines_are_no_readers(method, agent, purpose, counts):
    assert is_a_reader(method, agent, purpose) is counts
