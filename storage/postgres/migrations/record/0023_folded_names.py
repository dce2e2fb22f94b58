"""Names are found however they are spelt: their indexes hold them without case, apostrophes, carons and spaces."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SIGNS = (
    r"[\u0300-\u036f\u0027\u0060\u00b4\u02b9-\u02bd\u2018-\u201b\u2032\u2035\uff07"
    r"\u002d\u00ad\u2010-\u2015\u2212\u0009\u0020\u00a0\u2007\u2009\u202f\u002e]"
)
INDEXES = {"borrowers_surname_ix": "surname", "borrowers_full_name_ix": "given_names || surname"}
BEFORE = {
    "borrowers_surname_ix": "lower(surname)",
    "borrowers_full_name_ix": "lower((given_names || ' ') || surname)",
}


def _indexes(expressions: dict[str, str]) -> None:
    for name, expression in expressions.items():
        op.execute(f"drop index record.{name}")
        op.execute(f"create index {name} on record.borrowers (district, ({expression}) text_pattern_ops)")


def _folded(name: str) -> str:
    return f"replace(lower(regexp_replace(normalize({name}, NFD), '{SIGNS}', '', 'g')), 'tsh', 'ts')"


def upgrade() -> None:
    _indexes({index: _folded(name) for index, name in INDEXES.items()})


def downgrade() -> None:
    _indexes(BEFORE)
