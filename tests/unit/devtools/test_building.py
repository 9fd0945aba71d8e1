"""A bench is made whole or not at all, and one that is there is never overwritten."""

import pytest

from devtools import building, sources
from devtools.bench import Bench
from devtools.say import Refused


@pytest.fixture
def unreachable(monkeypatch, tmp_path):
    monkeypatch.setenv("FRAPPE_REPO", (tmp_path / "nowhere").as_uri())
    monkeypatch.setenv("ERPNEXT_REPO", (tmp_path / "nowhere").as_uri())


def existing(path):
    for folder in ("apps/frappe", "env/bin", "sites"):
        (path / folder).mkdir(parents=True)
    (path / "env/bin/python").touch()
    return Bench(path)


def test_a_bench_that_is_there_is_used_as_it_stands(tmp_path, unreachable):
    bench = existing(tmp_path / "bench")
    before = sorted(bench.path.rglob("*"))
    building.ensure(bench)
    assert sorted(bench.path.rglob("*")) == before


def test_nothing_is_made_where_the_repositories_cannot_be_reached(tmp_path, unreachable):
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Refused, match="cannot be reached"):
        building.ensure(Bench(tmp_path / "bench"))
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_that_is_no_bench_is_left_alone(tmp_path, unreachable):
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "thesis.txt").write_text("years of work")
    with pytest.raises(Refused, match="is not a bench"):
        building.ensure(Bench(tmp_path / "bench"))
    assert (tmp_path / "bench" / "thesis.txt").read_text() == "years of work"


def test_what_an_interrupted_run_left_is_removed(tmp_path, unreachable):
    bench = existing(tmp_path / "bench")
    building.marker(bench).touch()
    with pytest.raises(Refused, match="cannot be reached"):
        building.ensure(bench)
    assert not bench.path.exists() and not building.marker(bench).exists()


def test_a_finished_bench_is_never_discarded(tmp_path):
    bench = existing(tmp_path / "bench")
    building.discard(bench)
    assert bench.exists


def test_a_step_that_fails_half_way_leaves_nothing(tmp_path, monkeypatch):
    bench = Bench(tmp_path / "bench")

    def half_made(bench, _source):
        existing(bench.path)
        raise Refused("the second half did not work")

    monkeypatch.setattr(building.machine, "provide", lambda: None)
    monkeypatch.setattr(building.node, "provide", lambda: None)
    monkeypatch.setattr(building, "_init", half_made)
    with pytest.raises(Refused, match="second half"):
        building.build(bench, sources.chosen({}))
    assert list(tmp_path.iterdir()) == []


def test_the_bench_gets_its_own_ports_and_keeps_what_bench_wrote():
    ports = {"db_port": 1, "redis_cache": 2, "redis_queue": 3, "webserver_port": 4, "socketio_port": 5}
    written = building.configuration({"background_workers": 1, "db_port": 3306}, ports, "someone")
    assert written["background_workers"] == 1
    assert written["db_port"] == 1
    assert written["redis_cache"] == written["redis_socketio"] == "redis://127.0.0.1:2"
    assert written["redis_queue"] == "redis://127.0.0.1:3"
    assert written["frappe_user"] == "someone"
