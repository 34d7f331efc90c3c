"""Names of agencies, datasets and reasons in the visitor's language; what the catalogue no longer has, by its code."""

from dataclasses import dataclass

from connectors.catalogue.load import agencies, datasets, get_catalogue
from gateway.console.texts import MissingTextError, load_texts


@dataclass(frozen=True)
class Titles:
    """Names in "zh" or "en"."""

    language: str

    def agency(self, code: str) -> str:
        """Return an agency's name."""
        found = agencies().get(code)
        return code if found is None else self._of(found.zh, found.en)

    def dataset(self, name: str) -> str:
        """Return a dataset's title."""
        found = datasets().get(name)
        return name if found is None else self._of(found.title.zh, found.title.en)

    def category(self, code: str) -> str:
        """Return what a kind of data is called."""
        found = get_catalogue().categories.get(code)
        return code if found is None else self._of(found.zh, found.en)

    def value(self, dataset: str, field: str, value: object) -> object:
        """Return the word for a field's code; any other value, and a code in English, as it is."""
        found = datasets().get(dataset)
        of = found.fields.get(field) if found else None
        if self.language != "zh" or of is None or not isinstance(value, str):
            return value
        return of.codes.get(value, value)

    def reason(self, code: str) -> str:
        """Return what a reason's code means."""
        try:
            return load_texts(self.language).gettext(f"reason-{code}")
        except MissingTextError:
            return code

    def _of(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en
