"""Which items are bought together more often than by chance (association rules of two items).

For items a and b, with n the number of documents, n(a) those with a, n(ab) those with both:

    support = n(ab)    confidence = n(ab) / n(a)    lift = n(ab) * n / (n(a) * n(b))

R. Agrawal, R. Srikant: Fast Algorithms for Mining Association Rules, 1994; lift after S. Brin et al., 1997. Works on
DuckDB, whose join of a table with itself counts the pairs of millions of lines in seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BASKET_LINE = {"document": "varchar", "item_code": "varchar"}
# A document with more items is a price list or a yearly call-off; it says nothing of what goes with what.
LARGEST_BASKET = 60
# More than these are never looked at for one item.
MOST_PER_ITEM = 20


def create_tables(connection: DuckDBPyConnection) -> None:
    columns = ", ".join(f"{name} {kind}" for name, kind in BASKET_LINE.items())
    connection.execute(f"create or replace table basket_line ({columns})")


def affinities(
    connection: DuckDBPyConnection, minimum_support: int, minimum_lift: float
) -> list[tuple[str, str, int, float, float]]:
    """(item, other item, support, confidence in percent, lift) from `basket_line`, in both directions."""
    connection.execute(
        """create or replace temp table basket as
        with line as (select distinct document, item_code from basket_line),
        kept as (select document from line group by document having count(*) <= $largest)
        select dense_rank() over (order by document) as document, item_code from line semi join kept using (document)""",
        {"largest": LARGEST_BASKET},
    )
    return connection.execute(
        """with total as (select count(distinct document)::double as documents from basket),
        item as (select item_code, count(*)::double as documents from basket group by item_code),
        -- An item in too few documents cannot be in enough with another.
        frequent as (
            select basket.* from basket semi join (select * from item where documents >= $support) using (item_code)
        ),
        pair as (
            select one.item_code as item_code, other.item_code as other_item, count(*) as support
            from frequent one join frequent other on one.document = other.document and one.item_code <> other.item_code
            group by all having count(*) >= $support
        ),
        measured as (
            select pair.item_code, pair.other_item, pair.support,
                100 * pair.support / one.documents as confidence,
                pair.support * total.documents / (one.documents * other.documents) as lift
            from pair join item one on one.item_code = pair.item_code
                join item other on other.item_code = pair.other_item, total
        )
        select item_code, other_item, support, confidence, lift from measured where lift >= $lift
        qualify row_number() over (
            partition by item_code order by lift desc, support desc, other_item
        ) <= $most
        order by item_code, lift desc, other_item""",
        {"support": max(minimum_support, 1), "lift": minimum_lift, "most": MOST_PER_ITEM},
    ).fetchall()
