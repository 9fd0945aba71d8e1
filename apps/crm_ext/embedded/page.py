"""One self-contained HTML page: no script, no font or picture from elsewhere."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from crm_ext.embedded.analysis import MAIN_MODEL, Analysis
from crm_ext.embedded.language import Language
from crm_ext.embedded.offers import reason
from crm_ext.embedded.served import reason as reason_of_a_visit_left
from crm_ext.marketing_automation.rules import attribution

_TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(analysis: Analysis, language: Language) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    _ = language.translate
    notes = [_("There is no table {0}: without it nothing can be said of {1}.", _(table.doctype), _(table.lost)) for table in analysis.loaded.missing_tables]
    notes += [_("Table {0} has no column {1}.", _(table.doctype), column) for table, column in analysis.loaded.missing_columns]
    return environment.get_template("page.html").render(
        analysis=analysis,
        language=language,
        models=attribution.MODELS,
        main_model=MAIN_MODEL,
        notes=notes,
        reason=lambda cause: reason(cause, _, language.number),
        left_because=lambda code: reason_of_a_visit_left(code, _),
        _=_,
    )
