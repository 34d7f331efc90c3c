"""What pages take of quota."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends

from gateway.quota.costs import find_costs
from gateway.runtime.actor import ANYONE
from gateway.web.dependencies import Units


async def read_costs(units: Units) -> Mapping[str, int]:
    """Return what a question of each product costs now."""
    async with units.begin("costs.read", ANYONE) as work:
        return await find_costs(work.session)


Costs = Annotated[Mapping[str, int], Depends(read_costs)]
