"""What codes are called on the screen. Every code that a page may show has a word here; a test compares the lists.

The words are marked for the catalogues and translated in the templates. A badge has a tone besides its word, which
chooses colour and drawing, so that no meaning hangs on colour alone. One module a subject; a page reads them all as
`words.LOAN_STATUSES` or `words.badge(...)`, wherever they stand, so a new table is named here too.
"""

from admin_web.words.advice import (
    BANDS,
    CHECKS,
    EXPOSURE_BANDS,
    FACTOR_REASONS,
    FACTORS,
    FINDINGS,
    RISKS,
    SEVERITIES,
    SHARING,
)
from admin_web.words.applications import (
    APPLICATION_STATUSES,
    INCOME_KINDS,
    PURPOSES,
    QUESTIONS,
    REJECTION_REASONS,
    RETURN_REASONS,
)
from admin_web.words.complaints import COMPLAINT_KINDS, COMPLAINT_STATUSES, OVERDUE
from admin_web.words.identities import CASE_OUTCOMES, CASE_STATUSES, CHANGE_KINDS, CHANGE_STATUSES
from admin_web.words.intake import INTAKE_ERRORS, INTAKE_KINDS, INTAKE_STATES
from admin_web.words.ledger import ACCOUNTS, JOURNAL_KINDS, PARTS, account
from admin_web.words.loans import FEES, LOAN_STATUSES
from admin_web.words.lookup import Badge, badge, word
from admin_web.words.payments import PAYMENT_STATUSES, RAILS, RETURNS
from admin_web.words.payouts import CONTRADICTIONS, FAILURES, OUTCOMES, PAYOUT_STATUSES, PURPOSES_OF_PAYOUTS
from admin_web.words.people import CHANNELS, IDENTITY, IDENTITY_METHODS, ROLES
from admin_web.words.proposals import PROPOSAL_KINDS, PROPOSAL_STATUSES
from admin_web.words.search import KINDS
from admin_web.words.timelines import ACTORS, REASONS

__all__ = [
    "ACCOUNTS",
    "ACTORS",
    "APPLICATION_STATUSES",
    "BANDS",
    "CASE_OUTCOMES",
    "CASE_STATUSES",
    "CHANGE_KINDS",
    "CHANGE_STATUSES",
    "CHANNELS",
    "CHECKS",
    "COMPLAINT_KINDS",
    "COMPLAINT_STATUSES",
    "CONTRADICTIONS",
    "EXPOSURE_BANDS",
    "FACTORS",
    "FACTOR_REASONS",
    "FAILURES",
    "FEES",
    "FINDINGS",
    "IDENTITY",
    "IDENTITY_METHODS",
    "INCOME_KINDS",
    "INTAKE_ERRORS",
    "INTAKE_KINDS",
    "INTAKE_STATES",
    "JOURNAL_KINDS",
    "KINDS",
    "LOAN_STATUSES",
    "OUTCOMES",
    "OVERDUE",
    "PARTS",
    "PAYMENT_STATUSES",
    "PAYOUT_STATUSES",
    "PROPOSAL_KINDS",
    "PROPOSAL_STATUSES",
    "PURPOSES",
    "PURPOSES_OF_PAYOUTS",
    "QUESTIONS",
    "RAILS",
    "REASONS",
    "REJECTION_REASONS",
    "RETURNS",
    "RETURN_REASONS",
    "RISKS",
    "ROLES",
    "SEVERITIES",
    "SHARING",
    "Badge",
    "account",
    "badge",
    "word",
]
