"""Chunks of records-to-be with what is personal in them sealed: most rows are not personal, and are left alone."""

import polars as pl

from connectors.conversion.identifiers import Kind
from connectors.model.datasets import Dataset
from connectors.model.folding import name_key
from connectors.personal.protect import Row, protect
from connectors.personal.sealing import Connection, SubjectKeys


async def protect_chunk(
    keys: SubjectKeys, connection: Connection, dataset: Dataset, sound: pl.DataFrame
) -> pl.DataFrame:
    """Return a chunk's records as they are stored, with `name_hash` where names are matched.

    Rows about organisations, in datasets without fields that are always personal, stay as they are.
    """
    touched = _touched(dataset, sound)
    rest = sound.filter(~touched)
    hashed = [keys.protector.name_hash(name_key(name)) for name in rest["name"]] if dataset.registers else None
    rest = rest.with_columns(pl.Series("name_hash", hashed or [None] * len(rest), dtype=pl.String))
    if not touched.any():
        return rest
    personal = sound.filter(touched)
    members = personal.select(
        "key", "kind", "value", "organisation", "name", pl.col("canonical").cast(pl.Binary), "former"
    )
    protected = await protect(keys, connection, dataset, [Row(*row) for row in members.iter_rows()])
    sealed = personal.with_columns(
        pl.Series("key", [row.key for row in protected], dtype=pl.String),
        pl.Series("name", [row.name for row in protected], dtype=pl.String),
        pl.Series("canonical", [row.canonical.decode() for row in protected], dtype=pl.String),
        pl.Series("former", [row.former for row in protected], dtype=pl.String),
        pl.Series("name_hash", [row.name_hash for row in protected], dtype=pl.String),
    )
    return pl.concat([sealed, rest]).sort("place")


def find_untouched(dataset: Dataset, sound: pl.DataFrame) -> pl.DataFrame | None:
    """Return a chunk's records as they are stored, None where something is personal or a name is matched."""
    if dataset.registers or _touched(dataset, sound).any():
        return None
    return sound.with_columns(pl.lit(None, pl.String).alias("name_hash"))


def _touched(dataset: Dataset, sound: pl.DataFrame) -> pl.Series:
    """Tell which rows may hold something personal: those of sole_traders.is_sole_trader and more."""
    if any(field.personal == "always" for field in dataset.fields.values()):
        return pl.Series([True] * len(sound), dtype=pl.Boolean)
    value = pl.col("value")
    perhaps = value.str.starts_with("92") | (value == "") | (pl.col("kind") == Kind.REGISTRATION)
    return sound.select(perhaps).to_series()
