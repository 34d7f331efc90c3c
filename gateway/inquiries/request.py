"""One question as the gateway takes it, whoever put it and at whichever door."""

from dataclasses import dataclass
from uuid import UUID

from consent.candidates import Wanted
from consent.decision import Ask
from consent.scope import Wish
from gateway.inquiries.extent import WHOLE, Extent
from gateway.inquiries.needs import categories_needed, datasets_needed
from gateway.quota.books import Charge
from gateway.quota.products import PRODUCTS
from gateway.runtime.denial import Denial


@dataclass(frozen=True)
class InquiryRequest:
    """One question: who asks about whom (USCC), what, for which purpose, of which provider, on which consent.

    `unreadable` says why it cannot be answered as it was put: it is denied then, and recorded as any other denial. A
    subject that is no USCC is an organisation code, a registration number, or the hash of what was given. `person` is
    whom the account asks for, as the log names them; `by_form` that they ask at the console, where the account must be
    one meant for people and a form is sent once. `extent` is how much is asked for. `duty` is the code of the duty that
    it is asked on, None where it is asked on none; `view` the name of the view that it asks for.
    """

    inquiry_id: UUID
    account: str
    institution: str
    uscc: str
    product: str
    purpose: str
    provider: str
    consent_id: UUID | None
    intermediary: str | None
    unreadable: Denial | None = None
    person: str | None = None
    by_form: bool = False
    extent: Extent = WHOLE
    duty: str | None = None
    view: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether nothing but published records is asked for."""
        return self.product in PRODUCTS and PRODUCTS[self.product].public

    @property
    def is_listing(self) -> bool:
        """Whether records are asked for, and no assessment."""
        return self.product in PRODUCTS and PRODUCTS[self.product].listing

    @property
    def goes_alone(self) -> bool:
        """Whether it would hold up those that are answered together with it."""
        return self.product in PRODUCTS and PRODUCTS[self.product].alone

    @property
    def rests_on_consent(self) -> bool:
        """Whether a consent decides."""
        return self.duty is None and not self.is_public

    def categories(self) -> tuple[str, ...]:
        """Return the categories of the data that is asked for."""
        if self.extent.categories:
            return self.extent.categories
        return self.extent.view.categories if self.extent.view else categories_needed(self.product, self.provider)

    def datasets(self) -> frozenset[str]:
        """Return the datasets that an answer to all of it would be made of."""
        return self.extent.view.datasets if self.extent.view else datasets_needed(self.product)

    def charge(self) -> Charge:
        """Return who is charged for what; how much it is, is read with what is left (Books.priced)."""
        return Charge(self.inquiry_id, self.account, self.institution, self.product, 0, self.intermediary, self.person)

    def wanted_consents(self) -> Wanted:
        """Return which consents it could rest on."""
        return Wanted(self.consent_id, self.institution, self.uscc)

    def wish(self) -> Wish:
        """Return what is asked for, as scopes compare it."""
        return self.ask(again=False).wish()

    def ask(self, *, again: bool) -> Ask:
        """Return what the consents are asked; `again` where its answer was given before."""
        return Ask(
            self.institution, self.account, self.uscc, self.product, self.purpose,
            named=self.consent_id is not None, again=again, tier=self.extent.tier, categories=self.categories(),
            sources=self.extent.sources, data_from=self.extent.data_from, data_to=self.extent.data_to,
            mode=self.extent.mode, narrow=self.extent.narrow,
        )  # fmt: skip
