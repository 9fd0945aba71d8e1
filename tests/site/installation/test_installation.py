"""The app comes and goes by bench's own commands and leaves a site exactly as it was.

Real: the bench CLI and its `get-app` on a git repository of this checkout's files, pip's installation of the package, the
asset build, `install-app`, `migrate`, `uninstall-app`, MariaDB, ERPNext, and the comparison of every table, column, index
and row. Borrowed, so that the proof takes minutes and not a quarter of an hour: the copies of Frappe and ERPNext, their
Python packages and their built assets, which the bench of the proof reads from the one that the tests run on; and the
site before the installation, which comes from a dump of a site that the setup wizard has been through.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
import site_snapshot

REPOSITORY = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(REPOSITORY))

from devtools import database, environments, light_bench, node, shell, templates  # noqa: E402 - needs the path above
from devtools.bench import Bench, read_json  # noqa: E402

SITE = "crm-ext-proof.localhost"
DATABASE = "crm_ext_proof"


@dataclass
class Proof:
    """A bench of its own with one site, driven by the bench CLI."""

    bench: Bench
    origin: Path

    def command(self, *words: str) -> str:
        """Run `bench …` and return what it printed; a failure shows it."""
        env = self.bench.environment()
        env["PATH"] = ":".join([str(environments.bench_cli().parent), str(node.bin_folder()), env["PATH"]])
        # The code under test must be what get-app put there, not this checkout.
        env.pop("PYTHONPATH")
        done = subprocess.run(
            [str(environments.bench_cli()), *words],
            cwd=self.bench.path,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        printed = done.stdout.replace("\r", "\n")
        assert done.returncode == 0, f"bench {' '.join(words)}:\n{printed[-4000:]}"
        return printed

    def on_site(self, *words: str) -> str:
        return self.command("--site", SITE, *words)

    def snapshot(self) -> site_snapshot.Snapshot:
        config = read_json(self.bench.sites / SITE / "site_config.json")
        connection = pymysql.connect(
            host=self.bench.database_host,
            port=self.bench.database_port,
            user=config["db_name"],
            password=config["db_password"],
            database=config["db_name"],
            charset="utf8mb4",
        )
        with connection:
            return site_snapshot.take(connection)


@pytest.fixture(scope="module")
def proof(site_connection, tmp_path_factory):
    """A bench without the app and a plain ERPNext site, migrated once so that ERPNext's own fixtures are settled."""
    folder = tmp_path_factory.mktemp("installation")
    lender = Bench(Path(site_connection.utils.get_bench_path()))
    bench = light_bench.make(folder / "bench", lender)
    own_python_environment(bench, lender)
    proof = Proof(bench, repository_of_this_checkout(folder / "origin" / "crm_ext"))
    templates.make_site(bench, SITE, "company", {"mute_emails": 1}, db_name=DATABASE)
    proof.on_site("migrate")
    yield proof
    database.drop(bench, DATABASE)


def own_python_environment(bench: Bench, lender: Bench) -> None:
    """One that sees the packages of the lender's, so that get-app installs into a place that goes with the test."""
    (bench.path / "env").unlink()
    subprocess.run(
        [environments.uv(), "venv", "--quiet", "--python", lender.python, bench.path / "env"], check=True
    )
    packages = shell.output([lender.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    own = shell.output([bench.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"])
    # Read last, after the line by which pip names the app's own folder.
    Path(own, "zz_lender.pth").write_text(f"import site; site.addsitedir({packages!r})\n")


def repository_of_this_checkout(folder: Path) -> Path:
    """A git repository with the files as they are now, committed or not, for get-app to clone."""
    folder.mkdir(parents=True)
    listed = shell.output(
        ["git", "-C", REPOSITORY, "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    )
    present = [name for name in listed.splitlines() if (REPOSITORY / name).is_symlink() or (REPOSITORY / name).exists()]
    subprocess.run(
        ["tar", "--create", "--files-from=-", "--file=-"],
        cwd=REPOSITORY,
        input="\n".join(present).encode(),
        stdout=(folder.parent / "files.tar").open("wb"),
        check=True,
    )
    subprocess.run(["tar", "--extract", f"--file={folder.parent / 'files.tar'}", f"--directory={folder}"], check=True)
    git = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=test@example.com"]
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", str(folder)], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "As it is now"], check=True)
    return folder


def brought(proof: Proof) -> Path:
    """The app's folder, brought by bench's get-app; once, whichever test comes first."""
    app = proof.bench.path / "apps" / "crm_ext"
    if not app.exists():
        proof.command("get-app", proof.origin.as_uri())
    return app


def same(before: site_snapshot.Snapshot, after: site_snapshot.Snapshot, otherwise: str) -> None:
    differences = before.differences(after)
    assert not differences, "\n".join([f"{otherwise}:", *differences])


def test_the_app_comes_and_goes_without_a_trace(proof):
    before = proof.snapshot()

    app = brought(proof)
    assert app.is_dir() and not app.is_symlink()
    imported = proof.on_site("execute", "frappe.get_app_path", "--args", "['crm_ext']")
    assert str(app) in imported, "the site runs another copy of the app than get-app brought"

    proof.on_site("install-app", "crm_ext")
    installed = proof.snapshot()
    assert before.differences(installed), "the installation changed nothing at all"

    proof.on_site("execute", "crm_ext.setup.install.after_install")
    same(installed, proof.snapshot(), "setting up what is set up already changed it")

    proof.on_site("migrate")
    first = proof.snapshot()
    same(installed, first, "a migration right after the installation still found something to do")
    proof.on_site("migrate")
    same(first, proof.snapshot(), "a second migration was not the same as the first")

    proof.on_site("uninstall-app", "crm_ext", "--yes", "--no-backup")
    same(before, proof.snapshot(), "the site is not what it was before the app came")


def test_the_assets_of_the_app_are_built_by_get_app(proof):
    """The desk's scripts and styles that hooks.py names stand in the bench's list of built files."""
    brought(proof)
    wanted = {path.name for path in (REPOSITORY / "apps/crm_ext/public").rglob("*.bundle.*") if "dist" not in path.parts}
    built = read_json(proof.bench.sites / "assets" / "assets.json")
    names = {name.replace(".scss", ".css") for name in wanted}
    assert names <= built.keys()
    for name in names:
        assert (proof.bench.sites / built[name].lstrip("/")).exists(), name
