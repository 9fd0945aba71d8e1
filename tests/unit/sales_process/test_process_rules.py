"""Which process serves an opportunity, and what a definition must be like."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from crm_ext.sales_process.rules.processes import (
    Activity,
    Applies,
    Criterion,
    Process,
    Stage,
    check_definition,
    check_unique,
    choose,
    type_scope,
)

STAGES = ("Contact", "Offer", "Closing")
PROCESS = Process(
    name="Pumps",
    opportunity_type=None,
    company=None,
    stages=tuple(Stage(name, Decimal(10 * (index + 1))) for index, name in enumerate(STAGES)),
)

kinds = st.sampled_from([None, "Sales", "Support", "Maintenance"])
companies = st.sampled_from([None, "North", "South"])
candidates = st.lists(st.tuples(kinds, companies), unique=True).map(
    lambda pairs: [Applies(f"process {index}", kind, company) for index, (kind, company) in enumerate(pairs)]
)


@given(candidates, kinds, companies)
def test_the_chosen_process_fits_and_none_fits_more_closely(applies, kind, company):
    chosen = choose(applies, kind, company)
    fitting = [
        one for one in applies if one.opportunity_type in (None, kind) and one.company in (None, company)
    ]
    if not fitting:
        assert chosen is None
        return
    best = next(one for one in fitting if one.process == chosen)
    for other in fitting:
        closeness = (other.opportunity_type is not None, other.company is not None)
        assert closeness <= (best.opportunity_type is not None, best.company is not None)


@given(
    candidates,
    st.sampled_from(["Sales", "Support", "Maintenance", "Repair"]),
    st.sampled_from(["North", "South"]),
)
def test_the_scope_of_a_process_is_the_types_that_choose_gives_it(applies, kind, company):
    chosen = choose(applies, kind, company)
    for one in applies:
        scope = type_scope(applies, one.process, company)
        if scope is None:
            covered = False
        elif scope.only:
            covered = kind == scope.only
        else:
            covered = kind not in scope.others
        assert covered == (one.process == chosen)


def test_a_type_of_its_own_wins_over_a_company_of_its_own():
    applies = [Applies("by company", None, "North"), Applies("by type", "Sales", None)]
    assert choose(applies, "Sales", "North") == "by type"


def test_a_second_process_for_the_same_type_and_company_is_refused_by_name():
    refusal = check_unique(Applies("new", "Sales", None), [Applies("old", "Sales", None)])
    assert refusal.code == "process_taken" and refusal.values["process"] == "old"
    assert check_unique(Applies("old", "Sales", None), [Applies("old", "Sales", None)]) is None


def test_a_sound_definition_passes():
    sound = replace(
        PROCESS,
        activities=(Activity("Offer", "Site survey", "Survey", True),),
        criteria=(
            Criterion("Offer", "Margin", "At least", Decimal(20)),
            Criterion("Offer", "Activity done", "Yes", activity="Site survey"),
        ),
    )
    assert check_definition(sound) is None


def test_faults_of_a_definition_are_named():
    def code(**changes):
        return check_definition(replace(PROCESS, **changes)).code

    assert code(stages=()) == "process_without_stages"
    assert code(horizon_days=0) == "horizon_too_short"
    assert code(stages=PROCESS.stages * 2) == "stage_twice"
    assert code(stages=(Stage("Contact", Decimal(101)),)) == "probability_out_of_range"
    assert code(activities=(Activity("Elsewhere", "Call", "Call", True),)) == "stage_not_listed"
    assert code(criteria=(Criterion("Offer", "Phase of the moon", "Yes"),)) == "fact_unknown"
    assert code(criteria=(Criterion("Offer", "Margin", "Yes"),)) == "operator_does_not_fit"
    assert code(criteria=(Criterion("Offer", "Credit available", "At least"),)) == "operator_does_not_fit"
    assert (
        code(criteria=(Criterion("Offer", "Activity done", "Yes", activity="Tea"),)) == "activity_not_listed"
    )


def test_direction_follows_the_order_of_stages():
    assert PROCESS.direction("Contact", "Closing") == "forward"
    assert PROCESS.direction("Closing", "Contact") == "back"
    assert PROCESS.direction(None, "Offer") == "start"
    assert PROCESS.direction("Contact", "Elsewhere") == "outside"
    assert PROCESS.direction("Offer", "Offer") == "same"


def test_skipping_a_stage_leaves_it_behind_too():
    assert [stage.name for stage in PROCESS.left_behind("Contact", "Closing")] == ["Contact", "Offer"]


def test_the_neighbours_of_a_stage_end_with_the_process():
    assert PROCESS.neighbour("Contact", 1).name == "Offer"
    assert PROCESS.neighbour("Closing", 1) is None
    assert PROCESS.neighbour("Contact", -1) is None
    assert PROCESS.neighbour(None, 1).name == "Contact"


def test_what_was_observed_replaces_the_guess_only_where_something_was_observed():
    guessed = Stage("Offer", Decimal(50), calibrated_probability=Decimal(0), observations=0)
    assert guessed.best_probability == 50
    assert replace(guessed, calibrated_probability=Decimal(64), observations=118).best_probability == 64
