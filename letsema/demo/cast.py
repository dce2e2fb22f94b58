"""Who is in the demo: two lenders and what they lend, their staff, and ten borrowers with a phone and a PIN each.

The people are invented. Their PINs and passwords are printed, which is why `serve` refuses a demo's directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from core.calendar import PeriodUnit
from core.credit.checks import STANDARD_CHECKS
from core.loans.policy import Cap, LateFeeRule, Policy
from core.loans.product_terms import ProductTerms
from core.loans.terms import DayCount, Fee, FeeTiming, Method
from core.money import Money
from core.records.borrower import Language
from core.records.catalogue import Mfi, ProductVersion, RegulatoryStatus
from core.records.staff import Role

RAIL: Final = "simulated"
ALL_DISTRICTS: Final = frozenset({"LS-A", "LS-B", "LS-C", "LS-D", "LS-E", "LS-F", "LS-G", "LS-H", "LS-J", "LS-K"})


def _fee(name: str, in_sesotho: str, when: FeeTiming, percent: int) -> Fee:
    translations = ((Language.SESOTHO.value, in_sesotho),)
    return Fee(name, when, percent=Decimal(percent), translations=translations)


def _upfront(percent: int) -> Fee:
    return _fee("Upfront fee", "Tefiso ea pele", FeeTiming.UPFRONT, percent)


@dataclass(frozen=True, slots=True)
class Product:
    """What a lender of the demo offers."""

    code: str
    names: dict[str, str]
    amount_min: Money
    amount_max: Money
    terms: ProductTerms
    policy: Policy

    def version(self, product_id: UUID, mfi_id: UUID) -> ProductVersion:
        """As the catalogue has a first version."""
        return ProductVersion(
            product_id=product_id,
            version=1,
            mfi_id=mfi_id,
            code=self.code,
            names=self.names,
            amount_min=self.amount_min,
            amount_max=self.amount_max,
            amount_step=Money.of(50),
            terms=self.terms,
            policy=self.policy,
            instalment_share_limit=Decimal(1) / 3,
            offer_valid_days=7,
            cooling_off_days=2,
            payoff_quote_days=3,
            checks=STANDARD_CHECKS,
        )


@dataclass(frozen=True, slots=True)
class Lender:
    """A lender of the demo and its products."""

    code: str
    name: str
    licence_number: str
    licence_tier: int
    address: str
    phone: str
    complaints_phone: str
    head_office_district: str
    rail_account: str
    products: tuple[Product, ...]

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


THUSO: Final = Product(
    code="thuso",
    names={"en": "Thuso loan", "st_LS": "Kalimo ea Thuso"},
    amount_min=Money.of(500),
    amount_max=Money.of(20_000),
    terms=ProductTerms(
        annual_rate_percent=Decimal(36),
        periods_offered=tuple(range(1, 13)),
        fees=(_upfront(3),),
    ),
    policy=Policy(late_fee=LateFeeRule(Money.of(50), None, with_interest=False, after_days=0)),
)
TRADERS: Final = Product(
    code="traders",
    names={"en": "Market trader loan", "st_LS": "Kalimo ea 'Maraka"},
    amount_min=Money.of(300),
    amount_max=Money.of(5_000),
    terms=ProductTerms(
        annual_rate_percent=Decimal(36),
        periods_offered=(4, 6, 8, 12, 16),
        method=Method.FLAT,
        period_unit=PeriodUnit.WEEK,
        instalment_multiple=Money.of(5),
        fees=(_upfront(2),),
    ),
    policy=Policy(late_fee=LateFeeRule(Money.of(10), None, with_interest=True, after_days=2)),
)
KHOLO: Final = Product(
    code="kholo",
    names={"en": "Growth loan", "st_LS": "Kalimo ea Kholo"},
    amount_min=Money.of(500),
    amount_max=Money.of(15_000),
    terms=ProductTerms(
        annual_rate_percent=Decimal(30),
        periods_offered=tuple(range(1, 13)),
        fees=(_upfront(5),),
    ),
    policy=Policy(late_fee=LateFeeRule(None, Decimal(5), with_interest=False, after_days=0)),
)
TEMO: Final = Product(
    code="temo",
    names={"en": "Farming loan", "st_LS": "Kalimo ea Temo"},
    amount_min=Money.of(1_000),
    amount_max=Money.of(15_000),
    terms=ProductTerms(
        annual_rate_percent=Decimal(24),
        periods_offered=tuple(range(6, 13)),
        method=Method.EQUAL_PRINCIPAL,
        day_count=DayCount.ACTUAL_365,
        principal_grace=3,
        fees=(_fee("Service fee", "Tefiso ea ts'ebeletso", FeeTiming.SPREAD, 3),),
    ),
    policy=Policy(
        late_fee=LateFeeRule(None, Decimal("2.5"), with_interest=True, after_days=5),
        arrears_interest_percent=Decimal(12),
        cap=Cap.INTEREST_AND_FEES,
    ),
)
"""Two kinds a lender: money that comes back monthly, and what a market or a harvest asks for."""

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
    products=(THUSO, TRADERS),
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
    products=(KHOLO, TEMO),
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
    # Whoever approved a loan does not release it: above limit 2 that takes another manager.
    Colleague(KHOTSO, "Nthabiseng Moeti", Role.MANAGER, Language.ENGLISH),
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
