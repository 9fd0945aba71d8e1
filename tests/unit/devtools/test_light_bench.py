"""A test bench borrows from a bench and changes nothing of it."""

import pytest

from devtools import environments, light_bench, sites
from devtools.bench import Bench, read_json, register_app, write_json
from devtools.say import Refused


@pytest.fixture
def bench(tmp_path):
    """The skeleton of a bench with built assets and a secret in its configuration."""
    path = tmp_path / "bench"
    for app in ("frappe", "erpnext"):
        (path / "apps" / app / app / "public").mkdir(parents=True)
        (path / "apps" / app / app / "__init__.py").write_text('__version__ = "15.1.0"\n')
    for folder in ("env/bin", "sites/assets"):
        (path / folder).mkdir(parents=True)
    (path / "env/bin/python").touch()
    (path / "sites/assets/locale/fa/LC_MESSAGES").mkdir(parents=True)
    for app in ("frappe", "erpnext", "crm_ext"):
        (path / "sites/assets/locale/fa/LC_MESSAGES" / f"{app}.mo").touch()
    for app in ("frappe", "erpnext"):
        (path / "sites/assets" / app).symlink_to(path / "apps" / app / app / "public")
    write_json(path / "sites/assets/assets.json", {"desk.bundle.js": "/assets/frappe/d.js", "x.js": "/assets/crm_ext/x.js"})
    settings = {"db_port": 13306, "root_password": "hidden", "redis_cache": "redis://127.0.0.1:13010", "developer_mode": 1}
    write_json(path / "sites/common_site_config.json", settings)
    return Bench(path)


def listing(path):
    return {
        str(entry.relative_to(path)): (entry.readlink() if entry.is_symlink() else entry.is_dir() or entry.read_bytes())
        for entry in path.rglob("*")
    }


def test_the_bench_that_lends_is_not_changed(bench, tmp_path):
    before = listing(bench.path)
    light_bench.make(tmp_path / "light", bench)
    assert listing(bench.path) == before


def test_it_can_be_made_again_and_stays_the_same(bench, tmp_path):
    light_bench.make(tmp_path / "light", bench)
    first = listing(tmp_path / "light")
    light_bench.make(tmp_path / "light", bench)
    assert listing(tmp_path / "light") == first


def test_it_is_a_bench_with_the_same_database_and_its_own_settings(bench, tmp_path):
    light = light_bench.make(tmp_path / "light", bench)
    assert light.exists
    assert light.database_port == 13306
    assert light.config["root_password"] == "hidden"
    assert "developer_mode" not in light.config
    assert light.config_file.stat().st_mode & 0o077 == 0


def test_built_files_of_another_checkout_are_not_borrowed(bench, tmp_path):
    light = light_bench.make(tmp_path / "light", bench)
    assert read_json(light.sites / "assets/assets.json") == {"desk.bundle.js": "/assets/frappe/d.js"}


def test_translations_of_frappe_and_erpnext_are_borrowed_and_no_others(bench, tmp_path):
    light = light_bench.make(tmp_path / "light", bench)
    borrowed = {path.name for path in (light.sites / "assets/locale/fa/LC_MESSAGES").iterdir()}
    assert borrowed == {"frappe.mo", "erpnext.mo"}


def test_a_link_is_turned_and_a_real_folder_never_replaced(tmp_path):
    link = tmp_path / "link"
    light_bench.point(link, tmp_path / "one")
    light_bench.point(link, tmp_path / "two")
    assert link.readlink() == tmp_path / "two"
    (tmp_path / "real").mkdir()
    with pytest.raises(FileExistsError):
        light_bench.point(tmp_path / "real", tmp_path / "two")


def test_the_app_is_named_once_in_the_list_of_apps(bench):
    (bench.sites / "apps.txt").write_text("frappe\nerpnext")
    register_app(bench)
    register_app(bench)
    assert (bench.sites / "apps.txt").read_text().split() == ["frappe", "erpnext", "crm_ext"]


def test_a_configuration_that_is_not_json_is_named_in_a_sentence(bench):
    bench.config_file.write_text("{not json")
    with pytest.raises(Refused, match=r"common_site_config\.json is not valid JSON"):
        Bench(bench.path).config  # noqa: B018 - reading it is the test


def test_requirements_are_read_with_those_of_the_extras_by_name():
    text = 'dependencies = [\n  # why\n  "duckdb>=1.1",\n  "mysqlclient[x]>=2",\n]\n[x]\ntest = ["pytest>=8", "hypothesis"]\n'
    assert environments.requirements(text, ("test", "absent")) == ["duckdb>=1.1", "mysqlclient[x]>=2", "pytest>=8", "hypothesis"]


def test_the_projects_own_requirements_are_found():
    found = environments.requirements(environments.pyproject(), ("test", "browser"))
    names = {requirement.split(">")[0] for requirement in found}
    assert {"duckdb", "pytest", "playwright"} <= names


def test_the_fingerprint_follows_schema_and_not_rules(tmp_path):
    package = tmp_path / "apps" / "crm_ext"
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "role.json").write_text("[]")
    for name in ("room/doctype/plan/plan.json", "room/rules/price.py", "setup/roles.py", "hooks.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("1")
    (package / "fixtures").symlink_to(tmp_path / "fixtures")
    before = sites.fingerprint(package)
    (package / "room/rules/price.py").write_text("2")
    assert sites.fingerprint(package) == before
    for changed in ("room/doctype/plan/plan.json", "setup/roles.py", "hooks.py", "fixtures/role.json"):
        (package / changed).write_text("changed")
        assert sites.fingerprint(package) != before, changed
        before = sites.fingerprint(package)


def test_sites_of_two_benches_have_two_databases(tmp_path):
    one = sites.database_name(Bench(tmp_path / "one"), "crm-ext-test.localhost")
    two = sites.database_name(Bench(tmp_path / "two"), "crm-ext-test.localhost")
    assert one != two and one.startswith("crm_ext_test_") and len(one) <= 64
