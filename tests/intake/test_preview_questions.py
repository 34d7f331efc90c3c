"""What is asked before a file is handed in: the one amount left over is the one amount that lacks."""

from connectors.catalogue.load import get_dataset
from gateway.intake.preview_questions import Question, questions_of

ARREARS = get_dataset("tax_arrears")


def unread(column, seems, likeness=70, *, warning=True):
    return {"column": column, "state": "unread", "values": 3, "seems": seems, "likeness": likeness, "warning": warning,
            "uses": []}  # fmt: skip


def lacks(name, state="missing"):
    return {"column": "", "state": state, "uses": [{"name": name}], "warning": False, "seems": ""}


def asked(*columns, ignored=()):
    return questions_of(ARREARS, ignored, {"columns": list(columns)})


def test_a_column_that_looks_like_what_lacks_is_proposed_and_the_likest_of_several():
    near = [unread("欠税款", "balance", 80), unread("欠款", "balance", 90)]
    (first, second) = asked(*near, lacks("balance"))
    assert first == Question("欠款", 3, 90, "balance", required=True)
    assert (second.column, second.required) == ("欠税款", False)


def test_the_one_amount_left_over_is_proposed_for_the_one_that_lacks():
    assert asked(unread("应补缴款", "amount"), lacks("balance")) == [
        Question("应补缴款", 3, 70, "balance", required=True)
    ]
    two = asked(unread("应补缴款", "amount"), unread("另一款", "amount"), lacks("balance"))
    assert two[0] == Question("", use="balance", required=True, columns=["应补缴款", "另一款"])
    assert [question.column for question in two[1:]] == ["应补缴款", "另一款"]


def test_what_nothing_looks_like_is_chosen_from_what_is_left():
    (question,) = asked(unread("备注", "", warning=False), lacks("tax_type"))
    assert question == Question("", use="tax_type", required=True, columns=["备注"])
    assert asked(lacks("tax_type"))[0].columns == []


def test_a_loss_is_asked_about_until_it_is_said_to_be_none():
    amount = unread("罚款", "amount")
    assert asked(amount, lacks("cur_new", "absent")) == [Question("罚款", 3, 70, "cur_new")]
    assert asked(amount) == [Question("罚款", 3, 70, "", uses=[])]
    assert asked(amount, ignored=["罚款"]) == []
    assert asked(unread("联系人", "", warning=False)) == []
    assert asked(unread("代码", "party.codes")) == [Question("代码", 3, 70, "party.codes")]
