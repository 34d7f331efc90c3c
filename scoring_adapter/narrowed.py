"""A part of the tag catalogue: some tags with all that they are computed from. Pure."""

from collections.abc import Iterable

from msgspec import structs

from scoring_adapter.tags.catalogue import TagCatalogue, parts_of


def narrowed(tags: TagCatalogue, ids: Iterable[str]) -> TagCatalogue:
    """Return the declarations of some tags alone, with all that they are computed from."""
    kept, sources, left = set[str](), set[str](), list(ids)
    while left:
        tag = tags.by_id[left.pop()]
        if tag.id in kept:
            continue
        kept.add(tag.id)
        for part in parts_of(tag):
            for name in (part.source, *tags.members(part.source)):
                of = tags.sources[name]
                sources |= {name, *(reference.dataset for reference in of.references.values())}
                left += [other.tag for other in of.others.values()]
    files = [
        structs.replace(file, tags=[tag for tag in file.tags if tag.id in kept], removed=[]) for file in tags.files
    ]
    return TagCatalogue({name: tags.sources[name] for name in sorted(sources)}, tuple(f for f in files if f.tags))
