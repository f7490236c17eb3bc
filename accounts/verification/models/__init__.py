"""Applications and what belongs to one. Only services write a status."""

from accounts.verification.models.application import ENDED as ENDED
from accounts.verification.models.application import HOST as HOST
from accounts.verification.models.application import OPEN as OPEN
from accounts.verification.models.application import UNDER_REVIEW as UNDER_REVIEW
from accounts.verification.models.application import Application as Application
from accounts.verification.models.application import Claim as Claim
from accounts.verification.models.application import Kind as Kind
from accounts.verification.models.application import SavedFilter as SavedFilter
from accounts.verification.models.application import Source as Source
from accounts.verification.models.application import Status as Status
from accounts.verification.models.decision import Decision as Decision
from accounts.verification.models.decision import Outcome as Outcome
from accounts.verification.models.decision import QualityCheck as QualityCheck
from accounts.verification.models.decision import Reason as Reason
from accounts.verification.models.decision import ReasonFor as ReasonFor
from accounts.verification.models.evidence import Evidence as Evidence
from accounts.verification.models.evidence import EvidenceKind as EvidenceKind
from accounts.verification.models.evidence import Note as Note
from accounts.verification.models.evidence import Photo as Photo
from accounts.verification.models.evidence import Question as Question
from accounts.verification.models.evidence import Reading as Reading
from accounts.verification.models.evidence import TradeReference as TradeReference
