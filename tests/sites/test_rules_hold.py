"""The rules on made-up platforms: what is planted is found in time, with few false alarms; always the same."""

from benchmarks.baselines import judge, make, told


def test_what_is_planted_is_found_within_a_day_and_false_alarms_are_few():
    made = make(60, 300, 7)
    found = told(made, judge(made))
    assert found["planted"] > 60
    assert found["found_in_time_ppm"] >= 950_000
    assert found["false_per_1000_platform_days"] <= 1
    again = make(60, 300, 7)
    assert told(again, judge(again)) == found
