"""Whether a submission may come in, decided here for every door: whose dataset it is for, how its agency stands, and
whether it must be signed. And whose batches, uploads and held submissions somebody sees.
"""

from connectors.catalogue.files_check import CatalogueError, read_mappings
from connectors.catalogue.load import UnknownDatasetError, get_dataset
from connectors.model.batch_ids import RULE, is_batch_id
from connectors.model.datasets import Dataset
from gateway.identity.clients.agencies import AgencyStanding, find_standing
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from gateway.runtime.work import UnitOfWork

# Hand in for any agency, at the console, the command line or a source; and see what is every agency's.
RUNNERS = frozenset({"system", "machine", "program"})
OVERSEERS = RUNNERS | {"auditor"}


def known_dataset(name: str) -> Dataset:
    """Return a dataset of the catalogue. Raises DeniedError."""
    try:
        return get_dataset(name)
    except UnknownDatasetError as fault:
        raise DeniedError("unknown-dataset", str(fault)) from fault


def with_mappings(dataset: Dataset, name: str, source: bytes) -> Dataset:
    """Return a dataset with the mappings of a file beside its own.

    Raises DeniedError that names file and line, and the member that is wrong.
    """
    try:
        return read_mappings(name, source, dataset)
    except CatalogueError as fault:
        member = {"name": f"mapping.{fault.path}".rstrip("."), "reason": fault.text, "line": fault.line}
        raise DeniedError("malformed-delivery", str(fault), invalid_params=[member]) from fault


def check_batch_id(sender_batch: str) -> None:
    """Pass what a sender may call a batch. Raises DeniedError."""
    if not is_batch_id(sender_batch):
        raise DeniedError("invalid-request", RULE, invalid_params=[{"name": "batch_id", "reason": RULE}])


async def check_dataset(work: UnitOfWork, dataset: Dataset, *, to_the_end: bool = False) -> AgencyStanding:
    """Return how the dataset's agency stands, if the actor may hand in for it; `to_the_end` as below.

    Raises DeniedError.
    """
    if work.actor.kind not in RUNNERS and work.actor.client_id != dataset.agency:
        raise DeniedError(
            "dataset-not-yours",
            f"数据目录 {dataset.dataset} 属于另一部门。The dataset {dataset.dataset} belongs to another agency.",
        )
    standing = await find_standing(work.session, dataset.agency, hold=to_the_end)
    if standing.stopped:
        raise DeniedError(standing.stopped)
    return standing


async def admit_submission(work: UnitOfWork, dataset: Dataset, *, signed: bool, to_the_end: bool = False) -> None:
    """Pass where the actor may hand something in for a dataset, signed by its agency or not. Raises DeniedError.

    `to_the_end`: and let nobody change how the agency stands until the transaction ends. That is the last step before
    a commit, and not the first: nobody's suspension waits for the rows of a submission to be read.
    """
    standing = await check_dataset(work, dataset, to_the_end=to_the_end)
    if standing.must_sign and not signed:
        raise DeniedError(
            "batch-signature-required",
            "本部门提交的数据必须签名：Batch-Signature 或 Signature-Input。What this agency hands in must be signed: "
            "send Batch-Signature, or Signature-Input and Signature.",
        )


def sees(actor: Actor, agency: str) -> bool:
    """Tell whether what is an agency's is the actor's to see: agencies see their own, overseers all."""
    return actor.kind in OVERSEERS or (actor.kind == "agency" and actor.client_id == agency)


def agency_seen(actor: Actor) -> str | None:
    """Return the only agency whose objects the actor sees, None where it sees all."""
    return None if actor.kind in OVERSEERS else actor.client_id


def check_decider(actor: Actor) -> None:
    """Pass where the actor may decide on held submissions. Raises DeniedError.

    A person decides: an operator, or a clerk of the agency; what an agency's system sends it cannot accept itself.
    """
    if actor.kind not in RUNNERS and (actor.kind != "agency" or actor.person is None):
        raise DeniedError(
            "clerk-needed",
            "由本部门经办人或平台运营人员决定。A clerk of the agency or an operator decides on held submissions.",
        )
