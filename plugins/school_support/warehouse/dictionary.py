"""The data dictionary of the bi views: python -m school_support.warehouse.dictionary writes docs/data-dictionary.md."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined

from school_support.settings import settings
from school_support.warehouse import server
from school_support.warehouse.bi_contract import columns_of_views, load_contract
from school_support.warehouse.connection import connect
from school_support.warehouse.migrate import migrate

PLACE = "docs/data-dictionary.md"


def data_dictionary() -> str:
    """The dictionary in Markdown: descriptions from the contract, columns and types from the migrated warehouse."""
    with connect("support_owner") as connection:
        columns = columns_of_views(connection)
    template = (files("school_support.warehouse") / "data_dictionary.md.j2").read_text(encoding="utf-8")
    # Markdown, which nothing escapes.
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False)  # noqa: S701
    return environment.from_string(template).render(views=load_contract(), columns=columns)


def main() -> None:
    """Write the dictionary into the checkout."""
    server.start()
    migrate()
    (settings().project / PLACE).write_text(data_dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
