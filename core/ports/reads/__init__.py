"""What the portal's lists show: typed rows for one MFI, over districts that are named, read without taking locks.

Every method takes the MFI from the signed-in actor; there is no way to ask without one. Money is in lisente. Lists
that cross districts return `missing_districts`: those whose node did not answer, so that the page can say so.
"""

from core.ports.reads.audit import AuditRow
from core.ports.reads.complaints import ComplaintPage, ComplaintRow
from core.ports.reads.dashboard import ArrearsBucket, DashboardFigures
from core.ports.reads.floats import FloatOnItsWay, FloatPage, FloatRow, RailChargeRow
from core.ports.reads.identities import IdentityCasePage, IdentityCaseRow, IdentityChangePage, IdentityChangeRow
from core.ports.reads.loans import LoanPage, LoanRow
from core.ports.reads.payments import PaymentPage, PaymentRow
from core.ports.reads.payouts import DisbursementPage, DisbursementRow, PayoutFilter, PayoutList, RefundRow
from core.ports.reads.portal import PortalReads
from core.ports.reads.proposals import ProposalPage, ProposalRow
from core.ports.reads.queue import QueueFilter, QueuePage, QueueRow
from core.ports.reads.search import SearchHit

__all__ = [
    "ArrearsBucket",
    "AuditRow",
    "ComplaintPage",
    "ComplaintRow",
    "DashboardFigures",
    "DisbursementPage",
    "DisbursementRow",
    "FloatOnItsWay",
    "FloatPage",
    "FloatRow",
    "IdentityCasePage",
    "IdentityCaseRow",
    "IdentityChangePage",
    "IdentityChangeRow",
    "LoanPage",
    "LoanRow",
    "PaymentPage",
    "PaymentRow",
    "PayoutFilter",
    "PayoutList",
    "PortalReads",
    "ProposalPage",
    "ProposalRow",
    "QueueFilter",
    "QueuePage",
    "QueueRow",
    "RailChargeRow",
    "RefundRow",
    "SearchHit",
]
