"""Ports and configuration of the bench's own instances, and processes that are stopped only by those who started them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devtools import processes, services
from devtools.bench import Bench, write_json
from devtools.say import Refused


@given(st.sets(st.sampled_from(sorted(services.FIRST_PORTS.values()))))
def test_chosen_ports_are_free_and_differ_from_each_other(taken):
    ports = services.choose_ports(lambda port: port in taken)
    assert not taken & set(ports.values())
    assert len(set(ports.values())) == len(services.FIRST_PORTS)


def test_no_free_port_ends_in_a_sentence():
    with pytest.raises(Refused, match="No free ports"):
        services.choose_ports(lambda port: True)


@given(memory=st.integers(min_value=512, max_value=1_000_000))
def test_mariadb_leaves_memory_for_others(memory, tmp_path_factory):
    text = services.my_cnf(tmp_path_factory.getbasetemp(), 13306, memory)
    buffer = next(int(line.split("=")[1].rstrip("M")) for line in text.splitlines() if "buffer_pool_size" in line)
    assert 256 <= buffer <= 3072
    assert buffer <= max(256, memory // 4)


def test_mariadb_listens_to_this_machine_only_and_trusts_no_host_names(tmp_path):
    text = services.my_cnf(tmp_path, 13306, 4096)
    assert "bind-address=127.0.0.1" in text and "skip-name-resolve" in text


def test_a_database_that_was_made_elsewhere_is_not_started(tmp_path):
    (tmp_path / "sites").mkdir()
    bench = Bench(tmp_path)
    write_json(bench.config_file, {"db_port": processes.free_port()})
    with pytest.raises(Refused, match="was not made by"):
        services.start_mariadb(bench)


def test_ports_of_redis_are_read_from_the_bench(tmp_path):
    (tmp_path / "sites").mkdir()
    bench = Bench(tmp_path)
    write_json(bench.config_file, {"redis_cache": "redis://127.0.0.1:13077"})
    assert bench.redis_port("cache") == 13077
    assert bench.redis_port("queue") == 11000


@pytest.fixture
def sleeper():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_process_that_was_recorded_is_stopped(tmp_path, sleeper):
    pid_file = tmp_path / "sleeper.pid"
    processes.record(pid_file, sleeper.pid)
    assert processes.is_alive(pid_file)
    assert processes.stop(pid_file)
    assert sleeper.wait(5) != 0
    assert not pid_file.exists()


def test_a_process_that_got_the_number_of_an_old_one_is_left_alone(tmp_path, sleeper):
    pid_file = tmp_path / "old.pid"
    pid_file.write_text(f"{sleeper.pid} 1\n")
    assert not processes.stop(pid_file)
    assert sleeper.poll() is None
    assert not pid_file.exists()


@pytest.mark.parametrize("content", ["", "abc def", "12"])
def test_a_damaged_pid_file_means_that_nothing_runs(tmp_path, content):
    pid_file = tmp_path / "damaged.pid"
    pid_file.write_text(content)
    assert not processes.is_alive(pid_file)
