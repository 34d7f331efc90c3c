"""Every change that is asked for, as one type: what a request, a page or a command may say."""

from typing import Annotated

from pydantic import Field

from gateway.admin.abnormal_actions import DecideAbnormalUse
from gateway.admin.card_actions import ReleaseCard, ReturnToCard
from gateway.admin.client_actions import (
    AddClient,
    AddKey,
    BindClient,
    ChangeStanding,
    RetireKey,
    SetForPeople,
    SetLimits,
    SetSigning,
)
from gateway.admin.consent_actions import ApproveOnPaper, InvalidateConsent, SetMandate, SetTemplate
from gateway.admin.cost_actions import SetCost
from gateway.admin.duty_actions import EndDuty, RegisterDuty
from gateway.admin.institution_actions import (
    AddInstitution,
    EndDelegation,
    GrantDelegation,
    SetAgreement,
    SetExit,
    SetQuota,
)
from gateway.admin.joint_actions import JoinProviders
from gateway.admin.key_actions import PromoteKey, RotateKey
from gateway.admin.output_actions import SetOutputPolicy
from gateway.admin.person_actions import InvitePerson, ResetFactor, SetPersonStanding
from gateway.admin.provider_actions import ResumeProvider, SetProvider, SuspendProvider
from gateway.admin.quota_actions import GrantUnits, LimitQuota, LimitRate, ReverseCharge
from gateway.admin.record_actions import EraseSubject, RepairRecord
from gateway.admin.view_actions import EndView, SetView
from gateway.admin.watch_actions import ReleaseWatch, ReturnToWatch

AnyAction = Annotated[
    AddInstitution | SetAgreement | SetExit | GrantDelegation | EndDelegation
    | AddClient | BindClient | ChangeStanding | SetLimits | AddKey | RetireKey
    | SetQuota | LimitQuota | LimitRate | GrantUnits | ReverseCharge | SetSigning | SetForPeople | RepairRecord
    | EraseSubject
    | SetPersonStanding | ResetFactor | InvitePerson | RotateKey | PromoteKey | SetTemplate | InvalidateConsent
    | SetMandate | DecideAbnormalUse | ApproveOnPaper | SetOutputPolicy | SetCost | RegisterDuty | EndDuty
    | SetView | EndView
    | SetProvider | JoinProviders | SuspendProvider | ResumeProvider | ReleaseCard | ReturnToCard
    | ReleaseWatch | ReturnToWatch,
    Field(discriminator="action"),
]  # fmt: skip
