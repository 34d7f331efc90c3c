"""Small files as agencies send them, and what is drafted from them."""

from connectors.catalogue.load import agencies, datasets
from connectors.decoding.decode import decode
from connectors.drafting.draft import propose


def sample(folder, name, lines):
    """Write a CSV file of these lines, one text each."""
    path = folder / f"{name}.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def drafted(path, wanted=None):
    """Draft a mapping for `wanted`, or for the dataset the file is guessed to be of."""
    return propose(datasets(), agencies(), decode(path), path.stem, wanted)
