"""Templates to HTML: everything is escaped, a missing name is an error, and each language has its own environment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from admin_web import formats, icons, words
from admin_web.assets import Assets
from admin_web.languages import HTML_LANGUAGES, load_translations, said
from core.records.borrower import Language
from core.records.till_number import number_on_paper

_FOLDER: Final = Path(__file__).parent
_FILTERS: Final = {
    "day": formats.day,
    "hours": formats.hours,
    "machine_time": formats.machine_time,
    "moment": formats.moment,
    "money": formats.money,
    "percent": formats.percent,
    "plain_percent": formats.plain_percent,
    "spaced": formats.spaced,
    "tail": formats.tail,
    "thousandths": formats.thousandths,
}


class Templates:
    """Every page's template, in every language. Rendering does no I/O."""

    def __init__(self, assets: Assets) -> None:
        self._environments = {language: _environment(language, assets) for language in Language}

    def render(self, template: str, language: Language, context: Mapping[str, Any]) -> str:
        """The page as HTML. `template` is a path below this package, such as "queue/queue.html"."""
        return self._environments[language].get_template(template).render(context)


@cache
def _environment(language: Language, assets: Assets) -> Environment:
    """Made once a process: parsing catalogues and templates is the slow part of starting."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(_FILTERS)
    translations = load_translations(language)
    environment.filters["said"] = partial(said, translations=translations)
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        asset=assets.url,
        html_language=HTML_LANGUAGES[language],
        icons=icons.PATHS,
        language=language.value,
        number_on_paper=number_on_paper,
        words=words,
    )
    return environment
