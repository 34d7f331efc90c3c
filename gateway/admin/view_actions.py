"""What is changed of views: a version is put in force, or a view is ended."""

from typing import Annotated, Any, Literal

from pydantic import Field

from gateway.admin.action import Action, Id, Means, Reason
from gateway.inquiries.views.setting import LONGEST_TITLE, end_view, find_view, set_view
from gateway.inquiries.views.view import MOST_COLUMNS, View
from gateway.runtime.work import UnitOfWork

Column = Annotated[str, Field(min_length=2, max_length=130, pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)?$")]
Columns = Annotated[tuple[Column, ...], Field(max_length=MOST_COLUMNS)]
Code = Annotated[str, Field(min_length=2, max_length=63)]


class SetView(Action):
    """设定视图 Put a version of a view in force: which tags and fields an institution's own model is given."""

    action: Literal["view.set"] = "view.set"
    institution: Id
    view: Id
    purpose: Code
    title: Annotated[str, Field(min_length=1, max_length=LONGEST_TITLE, description="名称 What it is called.")]
    admission: Annotated[Columns, Field(description="准入用的标签或字段 Tags, or dataset.field, for admission.")] = ()
    limit: Annotated[Columns, Field(description="限入用的标签或字段 Tags, or dataset.field, for the limit.")] = ()

    async def before(self, work: UnitOfWork) -> dict[str, Any]:
        row = await find_view(work, self.institution, self.view)
        if row is None:
            return {}
        return {
            "purpose": row.purpose, "title": row.title, "admission": row.admission, "limit": row.limit_columns,
        }  # fmt: skip

    async def apply(self, work: UnitOfWork, means: Means) -> None:
        wanted = View(self.view, 0, self.admission, self.limit)
        await set_view(work, self.institution, wanted, self.purpose, self.title, means.approved_by)


class EndView(Action):
    """终止视图 End a view, from the next question on."""

    action: Literal["view.end"] = "view.end"
    institution: Id
    view: Id
    reason: Reason

    async def apply(self, work: UnitOfWork, _means: Means) -> None:
        await end_view(work, self.institution, self.view, self.reason)
