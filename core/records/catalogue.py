"""What is offered and where: districts, MFIs and their versioned products. Reference data, the same on every node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from core.credit.checks import ProductChecks
from core.errors import DomainError, NotFound
from core.loans.policy import Policy
from core.loans.product_terms import ProductTerms
from core.money import Money


class RegulatoryStatus(StrEnum):
    """Whether the Central Bank lets the MFI lend. A suspended one takes repayments and gives no new loans."""

    PENDING = "pending"
    REGISTERED = "registered"
    SUSPENDED = "suspended"


class LenderSuspended(DomainError):
    """The lender may not give new loans."""

    code = "lender_suspended"


def name_in(names: Mapping[str, str], language: str) -> str:
    """The name in a language, English where there is no other."""
    return names.get(language) or names["en"]


@dataclass(frozen=True, slots=True)
class District:
    """A district cell: `LS-A`, or a sibling `LS-A.2` of a full one. `cell_number` (10 to 99) begins its references."""

    code: str
    cell_number: int
    name: str
    accepts_new_borrowers: bool = True

    @property
    def iso_code(self) -> str:
        """The ISO 3166-2 code of the district that the cell belongs to."""
        return self.code.partition(".")[0]


@dataclass(frozen=True, slots=True)
class ProductVersion:
    """One version of a loan product. Applications and loans keep the version they were made under.

    `terms` makes a loan's terms from an amount and a number of periods, `policy` runs it. Amounts in lisente;
    `instalment_share_limit` the part of a month's net pay that instalments may take, a fraction of one;
    `payoff_quote_days` for how many days after its own a payoff quote holds.
    """

    product_id: UUID
    version: int
    mfi_id: UUID
    code: str
    names: Mapping[str, str]
    amount_min: Money
    amount_max: Money
    amount_step: Money
    terms: ProductTerms
    policy: Policy
    instalment_share_limit: Decimal
    offer_valid_days: int
    cooling_off_days: int
    retired: bool = False
    checks: ProductChecks = field(default_factory=ProductChecks)
    payoff_quote_days: int = 0

    def name_in(self, language: str) -> str:
        """The product's name in a language, English where there is no other."""
        return name_in(self.names, language)


@dataclass(frozen=True, slots=True)
class Mfi:
    """A lender: who it is to borrowers and the regulator, where it lends, and the limits of its staff."""

    id: UUID
    code: str
    name: str
    licence_number: str
    licence_tier: int
    regulatory_status: RegulatoryStatus
    address: str
    phone: str
    complaints_phone: str
    head_office_district: str
    districts: frozenset[str]
    approval_limit_1: Money
    disbursement_limit_2: Money
    rail_accounts: Mapping[str, str]
    sms_sender_id: str | None = None

    @property
    def may_lend(self) -> bool:
        """New applications and disbursements need a registered MFI."""
        return self.regulatory_status is RegulatoryStatus.REGISTERED

    def works_in(self, district: District) -> bool:
        """Whether it has business there: it lends in the district, or has its head office in that very cell."""
        return district.code == self.head_office_district or district.iso_code in self.districts


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A snapshot of the reference data, small enough to keep in memory and refreshed by its adapter."""

    districts: Mapping[str, District]
    mfis: Mapping[UUID, Mfi]
    products: tuple[ProductVersion, ...]
    read_version: int = 0
    _by_cell: Mapping[int, District] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_cell", {d.cell_number: d for d in self.districts.values()})

    def district(self, code: str) -> District:
        """The district with this code. Raises `NotFound`."""
        try:
            return self.districts[code]
        except KeyError:
            raise NotFound(f"there is no district {code}", field="district") from None

    def district_of_cell(self, cell_number: int) -> District:
        """The district that a reference number names. Raises `NotFound`."""
        try:
            return self._by_cell[cell_number]
        except KeyError:
            raise NotFound("no district has that number", field="reference") from None

    def mfi(self, mfi_id: UUID) -> Mfi:
        """The MFI with this id. Raises `NotFound`."""
        try:
            return self.mfis[mfi_id]
        except KeyError:
            raise NotFound("there is no such lender", field="mfi") from None

    def mfi_of_code(self, code: str) -> Mfi:
        """The MFI that people call by this code. Raises `NotFound`."""
        found = next((mfi for mfi in self.mfis.values() if mfi.code == code), None)
        if found is None:
            raise NotFound(f"there is no lender {code}", field="mfi")
        return found

    def mfi_of_rail_account(self, rail: str, account: str) -> Mfi | None:
        """The MFI that owns an account on a payment rail."""
        return next((mfi for mfi in self.mfis.values() if mfi.rail_accounts.get(rail) == account), None)

    def product(self, product_id: UUID, version: int | None = None) -> ProductVersion:
        """A product in one version, or in its newest. Raises `NotFound`."""
        versions = [p for p in self.products if p.product_id == product_id and version in (None, p.version)]
        if not versions:
            raise NotFound("there is no such product", field="product")
        return max(versions, key=lambda product: product.version)

    def products_lent_in(self, district: str) -> tuple[ProductVersion, ...]:
        """The newest version of each live product whose MFI may lend in a district, in a stable order."""
        newest: dict[UUID, ProductVersion] = {}
        for product in self.products:
            known = newest.get(product.product_id)
            if known is None or product.version > known.version:
                newest[product.product_id] = product
        lent = [
            product
            for product in newest.values()
            if not product.retired and self._lends_in(self.mfis[product.mfi_id], district)
        ]
        return tuple(sorted(lent, key=lambda product: (self.mfis[product.mfi_id].code, product.code)))

    def _lends_in(self, mfi: Mfi, district: str) -> bool:
        return mfi.may_lend and self.district(district).iso_code in mfi.districts
