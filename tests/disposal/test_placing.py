"""Which office an enterprise belongs to: what its registration says comes before what its code does."""

from connectors.store.subjects import find_subject
from gateway.disposal.placing import find_places
from tests.actors import MACHINE
from tests.disposal.cases import OFFICE, OTHER_OFFICE, acting, enrol_people
from tests.enterprises import uscc
from tests.stories import REGISTRATION, as_csv, registration

COUNTIES = {807: OTHER_OFFICE, 808: f"{OTHER_OFFICE}001", 809: "330399", 810: ""}  # a street, no office, none


async def test_the_county_of_the_registration_comes_before_that_of_the_code(story):
    await enrol_people(story.gateway)
    lines = [[*registration(number).splitlines()[1].split(","), county] for number, county in COUNTIES.items()]
    await story.push("market_regulation", "ent_registration", as_csv((*REGISTRATION, "行政区划代码"), *lines))
    async with acting(story, MACHINE) as work:
        subjects = {number: await find_subject(work.session, "uscc", uscc(number)) for number in COUNTIES}
        places = await find_places(work, list(subjects.values()))
    found = {number: places.get(subject.subject_id) for number, subject in subjects.items()}
    assert found == {807: OTHER_OFFICE, 808: OTHER_OFFICE, 809: OFFICE, 810: OFFICE}
