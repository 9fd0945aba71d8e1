"""Builds the app's files for the desk."""

from __future__ import annotations

from devtools import node
from devtools.bench import Bench, read_json, write_json
from devtools.places import APP

LISTS = ("assets.json", "assets-rtl.json")


def build(bench: Bench) -> None:
    """Scripts, styles and translations of the app, and of nothing else."""
    node.provide()
    bench.run("Build the app's assets", "build", "--app", APP)


def compile_translations(bench: Bench) -> None:
    """What `build` does for translations, without the scripts and styles: enough for tests that open no page."""
    bench.run("Compile the app's translations", "compile-po-to-mo", "--app", APP)


def share(source: Bench, target: Bench) -> None:
    """After a build for one bench, tell another that links the same checkout what its files are called now.

    The builder replaces the checkout's files, whose names carry a digest of their content; a bench that is not told would
    go on asking for the old ones.
    """
    if not target.link.is_symlink() or target.link.resolve() != source.link.resolve():
        return
    for name in LISTS:
        known = read_json(target.sites / "assets" / name)
        if not known:
            continue
        others = {bundle: file for bundle, file in known.items() if not file.startswith(f"/assets/{APP}/")}
        built = read_json(source.sites / "assets" / name)
        ours = {bundle: file for bundle, file in built.items() if file.startswith(f"/assets/{APP}/")}
        write_json(target.sites / "assets" / name, {**others, **ours})
