"""The configurator in `./dev demo`: its choices keep the model's rules and rest on the made-up company's stock."""

from datetime import date

import duckdb
import pytest

from crm_ext.embedded.configured import CHOSEN, MODEL, WANTED, configured
from crm_ext.embedded.generator import COMPANY, write_company
from crm_ext.embedded.offers import Stores
from crm_ext.embedded.sources import ExportFolder, load
from crm_ext.offer_desk.rules.configurator import checking, solving

TODAY = date(2026, 6, 30)
CODES = {option.label: option.code for option in MODEL.options}


@pytest.fixture(scope="module")
def offered(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder, TODAY)
    connection = duckdb.connect()
    load(ExportFolder(folder), connection)
    return configured(Stores.read(connection, TODAY).supply(COMPANY))


def test_the_model_can_be_published():
    assert checking.check_draft(MODEL) is None
    assert checking.dead_options(MODEL) == {}


def test_what_cannot_be_chosen_says_why_in_the_houses_words(offered):
    impossible = {CODES[one.label]: one.reason for one in offered.choices if one.status == "impossible"}
    assert set(impossible) == set(WANTED)
    assert all(impossible.values())


def test_the_nearest_change_lets_in_what_is_wanted(offered):
    changed = (CHOSEN | WANTED | {CODES[label] for label in offered.added}) - {CODES[label] for label in offered.dropped}
    assert changed >= WANTED
    assert isinstance(solving.complete(MODEL, changed, {}), solving.Completion)


def test_every_way_is_whole_keeps_the_choice_and_the_rules(offered):
    for way in offered.ways:
        chosen = frozenset(CODES[label] for label, _qty in way.lines)
        assert chosen >= CHOSEN
        assert checking.broken(MODEL, chosen) == ()


def test_each_way_is_best_at_what_its_title_says(offered):
    cheapest, first, margin = offered.ways
    assert cheapest.price == min(way.price for way in offered.ways)
    assert first.day == min(way.day for way in offered.ways) < cheapest.day
    assert margin.margin == max(way.margin for way in offered.ways)
