"""What the console says: the texts of a language, Chinese first, one file for each part of the console."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "locale"


class MissingTextError(LookupError):
    """A page asks for a text that no catalogue holds; the argument is the text's key."""


class _Nothing(NullTranslations):
    """Stands behind a catalogue: a key is never shown to people in the place of its text."""

    def gettext(self, message: str) -> str:
        raise MissingTextError(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - the names of gettext
        raise MissingTextError(msgid1)


def catalogue_files(language: str) -> list[Path]:
    """Return where the texts of "zh" or "en" stand. A key stands in one of them only."""
    return sorted((FOLDER / language / "LC_MESSAGES").glob("*.po"))


@cache
def load_texts(language: str) -> NullTranslations:
    """Return the texts of "zh" or "en". They raise MissingTextError for a key they do not hold."""
    texts: NullTranslations = _Nothing()
    for path in catalogue_files(language):
        compiled = BytesIO()
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=language))
        compiled.seek(0)
        read = GNUTranslations(compiled)
        read.add_fallback(texts)
        texts = read
    return texts
