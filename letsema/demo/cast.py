"""Who is in the demo: two lenders and what they lend, their staff, and ten borrowers with a phone and a PIN each.

The people are invented. Their PINs and passwords are printed, which is why `serve` refuses a demo's directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.money import Money
from core.records.borrower import Language
from core.records.catalogue import LateFee, Mfi, ProductVersion, RegulatoryStatus
from core.records.staff import Role

RAIL: Final = "simulated"
ALL_DISTRICTS: Final = frozenset({"LS-A", "LS-B", "LS-C", "LS-D", "LS-E", "LS-F", "LS-G", "LS-H", "LS-J", "LS-K"})
_OLDEST_FIRST: Final = ("penalty", "fee", "interest", "principal")


@dataclass(frozen=True, slots=True)
class Lender:
    """A lender of the demo and its one product."""

    code: str
    name: str
    licence_number: str
    licence_tier: int
    address: str
    phone: str
    complaints_phone: str
    head_office_district: str
    rail_account: str
    product_code: str
    product_names: dict[str, str]
    annual_rate_percent: Decimal
    upfront_fee_percent: Decimal
    late_fee: LateFee
    amount_max: Money

    def mfi(self, mfi_id: UUID) -> Mfi:
        """The lender as the catalogue has it."""
        return Mfi(
            id=mfi_id,
            code=self.code,
            name=self.name,
            licence_number=self.licence_number,
            licence_tier=self.licence_tier,
            regulatory_status=RegulatoryStatus.REGISTERED,
            address=self.address,
            phone=self.phone,
            complaints_phone=self.complaints_phone,
            head_office_district=self.head_office_district,
            districts=ALL_DISTRICTS,
            approval_limit_1=Money.of(5_000),
            disbursement_limit_2=Money.of(15_000),
            rail_accounts={RAIL: self.rail_account},
        )

    def product(self, product_id: UUID, mfi_id: UUID) -> ProductVersion:
        """The lender's product in its first version."""
        return ProductVersion(
            product_id=product_id,
            version=1,
            mfi_id=mfi_id,
            code=self.product_code,
            names=self.product_names,
            amount_min=Money.of(500),
            amount_max=self.amount_max,
            amount_step=Money.of(50),
            terms_months=tuple(range(1, 13)),
            annual_rate_percent=self.annual_rate_percent,
            method="emi",
            upfront_fee_percent=self.upfront_fee_percent,
            late_fee=self.late_fee,
            allocation_due=_OLDEST_FIRST,
            allocation_advance=_OLDEST_FIRST,
            instalment_share_limit=Decimal(1) / 3,
            offer_valid_days=7,
            cooling_off_days=2,
        )


KHOTSO: Final = Lender(
    code="khotso",
    name="Khotso Finance",
    licence_number="MFI/2019/041",
    licence_tier=2,
    address="12 Kingsway, Maseru",
    phone="+26622310041",
    complaints_phone="+26622310049",
    head_office_district="LS-A",
    rail_account="32001",
    product_code="thuso",
    product_names={"en": "Thuso loan", "st_LS": "Kalimo ea Thuso"},
    annual_rate_percent=Decimal(36),
    upfront_fee_percent=Decimal(3),
    late_fee=LateFee(amount=Money.of(50), percent=None),
    amount_max=Money.of(20_000),
)
MOHLOLI: Final = Lender(
    code="mohloli",
    name="Mohloli Credit",
    licence_number="MFI/2021/007",
    licence_tier=3,
    address="5 Main Street, Hlotse",
    phone="+26622400307",
    complaints_phone="+26622400308",
    head_office_district="LS-C",
    rail_account="32002",
    product_code="kholo",
    product_names={"en": "Growth loan", "st_LS": "Kalimo ea Kholo"},
    annual_rate_percent=Decimal(30),
    upfront_fee_percent=Decimal(5),
    late_fee=LateFee(amount=None, percent=Decimal(5)),
    amount_max=Money.of(15_000),
)
LENDERS: Final = (KHOTSO, MOHLOLI)


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of a lender's staff."""

    lender: Lender
    name: str
    role: Role
    language: Language

    @property
    def email(self) -> str:
        """The sign-in: the first name at the lender."""
        return f"{self.name.split()[0].lower()}@{self.lender.code}.example"

    @property
    def password(self) -> str:
        """Printed, so that it guards nothing; long enough for the rule that holds without a second factor."""
        return f"{self.lender.code}-{self.role.value.replace('_', '-')}-2026"


STAFF: Final = (
    Colleague(KHOTSO, "Palesa Molapo", Role.LOAN_OFFICER, Language.ENGLISH),
    Colleague(KHOTSO, "Tau Lebona", Role.CREDIT_ANALYST, Language.ENGLISH),
    Colleague(KHOTSO, "Mamello Khaketla", Role.MANAGER, Language.ENGLISH),
    Colleague(KHOTSO, "Lebohang Sello", Role.CASHIER, Language.ENGLISH),
    Colleague(KHOTSO, "Relebohile Nkuebe", Role.MFI_ADMIN, Language.ENGLISH),
    Colleague(MOHLOLI, "Katleho Phiri", Role.LOAN_OFFICER, Language.SESOTHO),
    Colleague(MOHLOLI, "Limakatso Mofolo", Role.CREDIT_ANALYST, Language.SESOTHO),
    Colleague(MOHLOLI, "Motlalepula Ntsane", Role.MANAGER, Language.SESOTHO),
    Colleague(MOHLOLI, "Puleng Rantso", Role.CASHIER, Language.SESOTHO),
    Colleague(MOHLOLI, "Thato Makhele", Role.MFI_ADMIN, Language.SESOTHO),
)
"""Khotso's work in English, Mohloli's in Sesotho: who follows the README reads English, and both are there to see."""


@dataclass(frozen=True, slots=True)
class Person:
    """A borrower of the demo. The phone is E.164."""

    given_names: str
    surname: str
    phone: str
    pin: str
    national_id: str
    date_of_birth: date
    district: str
    language: Language


THABO: Final = Person(
    "Thabo", "Mokoena", "+26658010101", "2580", "019840312041", date(1984, 3, 12), "LS-A", Language.SESOTHO
)
LINEO: Final = Person(
    "Lineo", "Ramaili", "+26658020202", "4826", "019910724052", date(1991, 7, 24), "LS-A", Language.SESOTHO
)
MPHO: Final = Person(
    "Mpho", "Letsie", "+26662030303", "7391", "019880105063", date(1988, 1, 5), "LS-C", Language.ENGLISH
)
NTHABISENG: Final = Person(
    "Nthabiseng", "Mosala", "+26658040404", "6172", "019791118074", date(1979, 11, 18), "LS-D", Language.SESOTHO
)
TUMELO: Final = Person(
    "Tumelo", "Sekhonyana", "+26662050505", "3948", "019950630085", date(1995, 6, 30), "LS-E", Language.ENGLISH
)
MASEKHANTSI: Final = Person(
    "'Masekhantši", "Tšepe", "+26658060606", "8205", "019860222096", date(1986, 2, 22), "LS-A", Language.SESOTHO
)
KEKETSO: Final = Person(
    "Keketso", "Moshoeshoe", "+26662070707", "5713", "019930914107", date(1993, 9, 14), "LS-C", Language.ENGLISH
)
REFILOE: Final = Person(
    "Refiloe", "Thamae", "+26658080808", "9164", "019900401118", date(1990, 4, 1), "LS-D", Language.SESOTHO
)
SELLO: Final = Person(
    "Sello", "Maphathe", "+26662090909", "1739", "019820817129", date(1982, 8, 17), "LS-E", Language.SESOTHO
)
POLO: Final = Person(
    "Polo", "Lekhanya", "+26658111111", "6428", "019971203130", date(1997, 12, 3), "LS-J", Language.ENGLISH
)
PEOPLE: Final = (THABO, LINEO, MPHO, NTHABISENG, TUMELO, MASEKHANTSI, KEKETSO, REFILOE, SELLO, POLO)
