"""The arms of the claims: what is trained on which labels, from which weights, for how many steps."""
from dataclasses import dataclass, field

STRONG = {
    "rotationShare": 0.5, "rotationDegrees": [8, 8, 8], "scaleShare": 0.5, "scaleRange": [0.9, 1.12], "noiseShare": 0.3,
    "brightnessShare": 0.3, "contrastShare": 0.3, "gammaShare": 0.3, "cutMixShare": 0.5}
FIRST_RATE, SECOND_RATE, STANDING = 0.003, 0.001, 1e-6
CONTROL, CEILING, LONG_CONTROL = "known only", "full", "known only, longer"


@dataclass(frozen=True)
class Arm:
    """One run, of whose last round the network is compared.

    A relabelling arm has a round 0 of one step that changes nothing, because its first labels are those of the weights that it
    starts from.
    """

    name: str
    steps: int
    # The arm whose last round's weights it starts from; None: from new weights.
    after: str | None = None
    rate: float = FIRST_RATE
    rounds: int = 0
    # All labels are there, or those of the hidden share; `few`: of the complete subjects alone.
    labels: str = "hidden"
    run: dict = field(default_factory=dict)
    learning: dict = field(default_factory=dict)
    # A phase of another arm is not compared itself.
    is_phase: bool = False

    @property
    def settings(self):
        """The keys of the section `run`."""
        if not self.rounds:
            return {"rounds": 0, "stepsInRoundZero": self.steps, **self.run}
        return {"rounds": self.rounds, "stepsInRoundZero": 1, "stepsPerRound": self.steps // self.rounds, **self.run}

    @property
    def recipe(self):
        """The keys of the section `learning`."""
        rates = {"learningRates": [STANDING] + [self.rate] * self.rounds} if self.rounds else {"learningRate": self.rate}
        return {**rates, **STRONG, **self.learning}


def arms(first, second):
    """All arms, each after those that it needs, for `first` steps from new weights and `second` more at a lower rate."""
    return [
        *_two_phases("known only", first, second),
        *_two_phases("full", first, second, labels="full"),
        *_two_phases("missing = background", first, second, learning={"missingAsBackground": True}),
        *_two_phases("class map dropped", first, second, run={"usesExclusions": False}),
        *_two_phases("few full", first, second, labels="few"),
        _continued("true labels in the second phase", second, labels="full"),
        _continued("one-shot", second, rounds=1, run={"gammas": [1], "confidentNegatives": [0.99]}),
        _continued("rounds by probability", second, rounds=3),
        _continued("rounds by learned confidence", second, rounds=3, run={"confidence": "residual"}),
        Arm("new student", first + second, after="known only", rounds=1, run=_student(1)),
        Arm("new student, 2 generations", 2 * (first + second), after="known only", rounds=2, run=_student(2)),
        Arm("known only, longer", first + 2 * second, after="known only, first phase", rate=SECOND_RATE),
    ]


def _two_phases(name, first, second, **more):
    phase = f"{name}, first phase"
    return [Arm(phase, first, is_phase=True, **more), Arm(name, second, after=phase, rate=SECOND_RATE, **more)]


def _continued(name, second, **more):
    return Arm(name, second, after="known only, first phase", rate=SECOND_RATE, **more)


def _student(generations):
    """All that the teacher predicts counts; the student learns it from new weights."""
    return {"student": "fresh", "gammas": [1] * generations, "confidentNegatives": [1] * generations}
