"""Programs that run at the same time as real processes, each with a connection of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import frappe


def at_once(*programs):
    """What each of the programs, (source, arguments), printed last; they start together."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", source, frappe.local.site, *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True,
        )
        for source, arguments in programs
    ]  # fmt: skip
    for process in processes:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = []
    for process in processes:
        out, errors = process.communicate(timeout=180)
        assert process.returncode == 0, errors
        answers.append(out.strip().splitlines()[-1])
    frappe.db.commit()
    return answers
