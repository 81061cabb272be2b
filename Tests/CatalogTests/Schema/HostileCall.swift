/// A call of the trainer API with arguments that an honest trainer never gives.
struct HostileCall: Sendable, CustomStringConvertible {
    enum Answer: Sendable, Equatable {
        /// The SQLSTATE of the refusal.
        case refused(String)
        /// The rows, and nothing changes.
        case rows([String])
    }

    /// How far round 0 is when the call is made; `finished`: the run is closed.
    enum Moment: String, CaseIterable, Sendable {
        case planned, training, trained, confidenceFitted, evaluated, relabelling, published, finished
    }

    let function: String
    /// With the placeholders of `Attack`.
    let arguments: String
    let moment: Moment
    let answer: Answer

    init(_ function: String, _ arguments: String, at moment: Moment = .planned, _ answer: Answer) {
        (self.function, self.arguments, self.moment, self.answer) = (function, arguments, moment, answer)
    }

    var description: String { "\(moment): \(function)(\(arguments))" }
}

extension HostileCall {
    static let all: [HostileCall] =
        claims + queue + starts + readings + transitions + checkpoints + selections + validations + evaluations
        + qualities
        + guards + stagings
        + publications + endings
        + schedules

    private static let claims: [HostileCall] =
        ["'infinity'", "0", "-1", "3601", "'NaN'", "null"].flatMap { seconds in
            [
                HostileCall("claim_run", "OTHER, 'w', \(seconds)", .refused("LA004")),
                HostileCall("heartbeat", "JOB, TOKEN, \(seconds)", .refused("LA004")),
            ]
        } + [
            HostileCall("claim_run", "OTHER, e'a\\nb', 60", .refused("23514")),
            HostileCall("claim_run", "OTHER, repeat('w', 300), 60", .refused("23514")),
            HostileCall("claim_run", "RUN, 'w', 60", .rows(["-|-"])),
            HostileCall("claim_run", "-1, 'w', 60", .rows(["-|-"])),
            HostileCall("claim_run", "RUN, 'w', 60", at: .finished, .refused("LA005")),
            HostileCall("hold_claim", "JOB, TOKEN + 1, ROUND", .refused("LA001")),
            HostileCall("hold_claim", "JOB, TOKEN, OTHER_ROUND", .refused("LA003")),
            HostileCall("hold_claim", "OTHER_JOB, 0, null", .refused("LA001")),
            HostileCall("hold_claim", "null, null, null", .refused("LA001")),
            HostileCall("hold_claim", "JOB, TOKEN, ROUND", at: .finished, .refused("LA005")),
            HostileCall("heartbeat", "JOB, TOKEN + 1, 60", .rows(["lost"])),
            HostileCall("release_claim", "JOB, TOKEN + 1", .rows(["-"])),
            HostileCall("release_claim", "null, null", .rows(["-"])),
        ]

    private static let queue: [HostileCall] =
        ["'infinity'", "0", "-1", "3601", "'NaN'", "null"].map {
            HostileCall("claim_jobs", "'{relabel}', 'w', \($0)", .refused("LA004"))
        } + [
            HostileCall("claim_jobs", "'{run,predict,relabel}', 'w', 60", .rows([])),
            HostileCall("claim_jobs", "null, 'w', 60", .rows([])),
            HostileCall("claim_jobs", "'{relabel,null}', 'w', 60, 1000", .rows([])),
            HostileCall("claim_jobs", "'{relabel}', 'w', 60, 0", .refused("LA004")),
            HostileCall("claim_jobs", "'{relabel}', 'w', 60, 1001", .refused("LA004")),
            HostileCall("claim_jobs", "'{relabel}', 'w', 60, null", .refused("LA004")),
            HostileCall("claim_jobs", "'{train}', 'w', 60", .refused("22P02")),
            HostileCall("claim_round_jobs", "ROUND, 'relabel', 'w', 60", .rows([])),
            HostileCall("claim_round_jobs", "null, null, 'w', 60", .rows([])),
            HostileCall("claim_round_jobs", "ROUND, 'relabel', 'w', 0", .refused("LA004")),
            HostileCall("claim_round_jobs", "ROUND, 'relabel', 'w', 60, null", .refused("LA004")),
            HostileCall("expire_leases", "", .rows([])),
            HostileCall("images_of_job", "JOB, TOKEN", .refused("LA003")),
            HostileCall("images_of_job", "JOB, TOKEN + 1", .refused("LA001")),
            HostileCall("images_of_job", "null, null", .refused("LA001")),
            HostileCall("masks_of_job", "JOB, TOKEN", .refused("LA001")),
            HostileCall("masks_of_job", "OTHER_JOB, 0", .refused("LA001")),
            HostileCall("record_descriptor", "JOB, TOKEN, 1, ''", .refused("LA001")),
            HostileCall("record_descriptor", "null, null, null, null", .refused("LA001")),
            HostileCall("hold_job", "JOB, TOKEN + 1", .refused("LA001")),
            HostileCall("hold_job", "JOB, TOKEN, 'relabel'", .refused("LA001")),
            HostileCall("hold_job", "null, null", .refused("LA001")),
            HostileCall("complete_job", "JOB, TOKEN, '{}'", .refused("LA001")),
            HostileCall("complete_job", "OTHER_JOB, 0", .refused("LA001")),
            HostileCall("complete_job", "JOB, TOKEN", at: .finished, .refused("LA005")),
            HostileCall("fail_job", "JOB, TOKEN + 1, 'x', 0", .refused("LA001")),
            HostileCall("fail_job", "OTHER_JOB, 0, 'x', 0, true", .refused("LA001")),
            HostileCall("fail_job", "JOB, TOKEN, ' ', 0", .refused("LA004")),
            HostileCall("fail_job", "JOB, TOKEN, null, 0", .refused("LA004")),
            HostileCall("fail_job", "JOB, TOKEN, 'x', -1", .refused("LA004")),
            HostileCall("fail_job", "JOB, TOKEN, 'x', 'NaN'", .refused("LA004")),
            HostileCall("fail_job", "JOB, TOKEN, 'x', null", .refused("LA004")),
            HostileCall("enqueue_volumes", "JOB, TOKEN, ROUND, 'relabel', array[KNOWN]", .refused("LA005")),
            HostileCall("enqueue_volumes", "JOB, TOKEN, ROUND, 'predict', array[KNOWN]", .refused("LA005")),
            HostileCall("enqueue_volumes", "JOB, TOKEN, OTHER_ROUND, 'relabel', '{}'", .refused("LA003")),
            HostileCall("enqueue_volumes", "JOB, TOKEN + 1, ROUND, 'relabel', '{}'", .refused("LA001")),
            HostileCall("enqueue_volumes", "JOB, TOKEN, ROUND, 'relabel', null", .refused("LA004")),
            HostileCall("volume_results", "-1, 'relabel', 0, 100", .rows([])),
            HostileCall("volume_results", "ROUND, 'predict', 0, -1", .rows([])),
            HostileCall("volume_results", "null, null, null, null", .rows([])),
        ]
        + [
            ("'run'", "KNOWN", "LA004"), ("null", "KNOWN", "LA004"), ("'relabel'", "TEST", "LA006"),
            ("'relabel'", "VALIDATION", "LA006"), ("'relabel'", "LOCKED", "LA006"), ("'relabel'", "MR", "LA006"),
            ("'predict'", "TEST", "LA006"), ("'predict'", "LOCKED", "LA006"), ("'predict'", "-1", "LA006"),
            ("'relabel'", "null", "LA006"), ("'predict'", "VALIDATION", "LA005"),
        ].map { kind, volume, state in
            HostileCall(
                "enqueue_volumes", "JOB, TOKEN, ROUND, \(kind), array[KNOWN, \(volume)]::bigint[]", at: .relabelling,
                .refused(state))
        }
        + [Moment.trained, .confidenceFitted].flatMap { moment in
            [("'predict'", "KNOWN"), ("'predict'", "BLANK"), ("'relabel'", "KNOWN")].map { kind, volume in
                HostileCall(
                    "enqueue_volumes", "JOB, TOKEN, ROUND, \(kind), array[\(volume)]", at: moment, .refused("LA005"))
            }
        }

    private static func start(
        name: String = "'x'", origins: String = "'{expert}'", organs: String = "'{liver}'", mapped: String = "'{}'",
        modalities: String = "'{CT}'", gammas: String = "'{0.5}'", split: String = "'s'"
    ) -> String {
        "\(name), '{}', sha256('c'), 1, \(split), \(origins), true, \(organs), \(mapped), '{}', \(modalities), \(gammas), 'p'"
    }

    private static let starts: [HostileCall] = [
        HostileCall("start_run", start(split: "'nowhere'"), .refused("LA004")),
        HostileCall("start_run", start(organs: "'{}'"), .refused("LA004")),
        HostileCall("start_run", start(organs: "null"), .refused("LA004")),
        HostileCall("start_run", start(organs: "'{heart}'"), .refused("LA004")),
        HostileCall("start_run", start(organs: "'{liver,liver}'"), .refused("23505")),
        HostileCall("start_run", start(mapped: "'{liver}'"), .refused("LA004")),
        HostileCall("start_run", start(gammas: "'{NaN}'"), .refused("23514")),
        HostileCall("start_run", start(gammas: "'{2}'"), .refused("23514")),
        HostileCall("start_run", start(gammas: "'{null}'"), .refused("LA004")),
        HostileCall("start_run", start(gammas: "array_fill(1::real, '{101}')"), .refused("LA004")),
        HostileCall("start_run", start(origins: "'{model}'"), .refused("23514")),
        HostileCall("start_run", start(origins: "'{}'"), .refused("23514")),
        HostileCall("start_run", start(modalities: "'{}'"), .refused("23514")),
        HostileCall("start_run", start(name: "e'a\\nb'"), .refused("23514")),
        HostileCall("start_run", start(name: "null"), .refused("23502")),
        HostileCall("start_run", start(name: "'..'"), .refused("23514")),
        HostileCall("start_run", start(name: "'a/b'"), .refused("23514")),
        HostileCall("start_run", start(name: "'   '"), .refused("23514")),
        HostileCall("start_run", start(gammas: "'{0.5,0.1}'"), .refused("LA004")),
        HostileCall("start_run", start(name: "'r'"), .refused("23505")),
        HostileCall("start_run", start() + ", JOB, TOKEN", .refused("LA005")),
        HostileCall("start_run", start() + ", OTHER_JOB, 0", .refused("LA001")),
    ]

    private static let readings: [HostileCall] = [
        HostileCall("run_volumes", "-1", .rows([])), HostileCall("run_volumes", "null", .rows([])),
        HostileCall("annotated_sizes", "-1", .rows([])), HostileCall("annotated_sizes", "null", .rows([])),
        HostileCall("run_labels", "-1", .rows([])), HostileCall("run_labels", "null", .rows([])),
        HostileCall("round_labels", "-1", .rows([])), HostileCall("round_labels", "null", .rows([])),
        HostileCall("round_masks", "-1", .rows([])), HostileCall("round_masks", "null", .rows([])),
        HostileCall("lost_inputs", "-1", .rows(["0"])), HostileCall("lost_inputs", "null", .rows(["0"])),
        HostileCall("purged_images", "null", .rows([])), HostileCall("purged_images", "'{}'", .rows([])),
        HostileCall("purged_images", "array[null, ''::bytea, 'x', ANNOTATION]::bytea[]", .rows([])),
        HostileCall(
            "purged_images", "array(select sha256(n::text::bytea) from generate_series(1, 100000) n)", .rows([])),
        HostileCall("current_revision", "1", .refused("42883")), HostileCall("object_lock", "1", .refused("42883")),
        HostileCall("pointer_lock", "1", .refused("42883")), HostileCall("compact_coverage", "'x'", .refused("22P02")),
    ]

    private static let transitions: [HostileCall] =
        ["planned", "trained", "confidenceFitted", "evaluated", "relabelling", "published"].map {
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'planned', '\($0)', '{}'", .refused("LA005"))
        } + [
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'training', 'trained', '{}'", .refused("LA005")),
            HostileCall("advance_round", "JOB, TOKEN, NEXT_ROUND, 'planned', 'training', '{}'", .refused("LA005")),
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'planned', null, '{}'", .refused("LA005")),
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'planned', 'training', null", .refused("23502")),
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'planned', 'training', '[1]'", .refused("23514")),
            HostileCall("advance_round", "JOB, TOKEN, ROUND, 'planned', 'training', '\"x\"'", .refused("23514")),
            HostileCall(
                "advance_round",
                "JOB, TOKEN, ROUND, 'planned', 'training', jsonb_build_object('x', repeat('y', 2000000))",
                .refused("23514")),
            HostileCall("advance_round", "JOB, TOKEN, OTHER_ROUND, 'planned', 'training', '{}'", .refused("LA003")),
            HostileCall(
                "advance_round", "JOB, TOKEN, ROUND, 'relabelling', 'published', '{}'", at: .relabelling,
                .refused("LA005")),
            HostileCall(
                "advance_round", "JOB, TOKEN, ROUND, 'published', 'planned', '{}'", at: .published, .refused("LA005")),
            HostileCall(
                "advance_round", "JOB, TOKEN, ROUND, 'published', 'failed', '{}'", at: .published, .refused("LA005")),
        ]

    private static func checkpoint(
        _ digest: String, kind: String = "'network'", part: String = "'train'", step: String = "9",
        bytes: String = "500"
    ) -> String { "JOB, TOKEN, ROUND, \(kind), \(part), \(step), \(digest), \(bytes)" }

    private static let checkpoints: [HostileCall] = [
        HostileCall("record_checkpoint", checkpoint("sha256('n')"), .refused("LA005")),
        HostileCall("record_checkpoint", checkpoint("ANNOTATION"), at: .training, .refused("LA011")),
        HostileCall("record_checkpoint", checkpoint("ANNOTATION", bytes: "100"), at: .training, .refused("LA011")),
        HostileCall("record_checkpoint", checkpoint("WEIGHTS", bytes: "501"), at: .training, .refused("LA011")),
        HostileCall("record_checkpoint", checkpoint("PURGED", bytes: "100"), at: .training, .refused("LA011")),
        HostileCall("record_checkpoint", checkpoint("'short'"), at: .training, .refused("23514")),
        HostileCall("record_checkpoint", checkpoint("null"), at: .training, .refused("23502")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')", bytes: "0"), at: .training, .refused("23514")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')", step: "-1"), at: .training, .refused("23514")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')", part: "'test'"), at: .training, .refused("23514")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')", step: "1"), at: .training, .refused("LA005")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')", kind: "'x'"), at: .training, .refused("LA005")),
        HostileCall("record_checkpoint", checkpoint("sha256('n')"), at: .published, .refused("LA005")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, ROUND, 1, 'p', 'x'", .refused("LA003")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, ROUND, null, 'p', 'x'", at: .training, .refused("LA003")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, null, CHECKPOINT, 'p', 'x'", at: .training, .refused("LA004")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, ROUND, CHECKPOINT, 'p', null", at: .training, .refused("LA004")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, ROUND, CHECKPOINT, 'p', ' '", at: .training, .refused("LA004")),
        HostileCall(
            "discard_checkpoint", "JOB, TOKEN + 1, ROUND, CHECKPOINT, 'p', 'x'", at: .training, .refused("LA001")),
        HostileCall(
            "discard_checkpoint", "JOB, TOKEN, OTHER_ROUND, CHECKPOINT, 'p', 'x'", at: .training, .refused("LA003")),
        HostileCall(
            "discard_checkpoint", "JOB, TOKEN, NEXT_ROUND, CHECKPOINT, 'p', 'x'", at: .training, .refused("LA003")),
        HostileCall("discard_checkpoint", "JOB, TOKEN, ROUND, CHECKPOINT, null, 'x'", at: .training, .refused("23502")),
        HostileCall(
            "discard_checkpoint", "JOB, TOKEN, ROUND, CHECKPOINT, 'p', 'x'", at: .confidenceFitted, .refused("LA005")),
        HostileCall(
            "discard_checkpoint", "JOB, TOKEN, ROUND, CHECKPOINT, 'p', 'x'", at: .published, .refused("LA005")),
    ]

    private static func selection(
        organs: String = "{liver}", positives: String = "{9}", confidence: String = twenty, probability: String = twenty
    ) -> String { "JOB, TOKEN, ROUND, '\(organs)', '\(positives)', \(confidence), \(probability)" }

    private static let twenty = "array_fill(0.5::real, array[20])"

    /// Made while the round is trained, the only state that allows them.
    private static let selections: [HostileCall] = [
        HostileCall("record_selection", selection(), .refused("LA005")),
        HostileCall("record_selection", selection(), at: .training, .refused("LA005")),
        HostileCall("record_selection", selection(), at: .published, .refused("LA005")),
        HostileCall("record_selection", selection(organs: "{heart}"), at: .trained, .refused("LA004")),
        HostileCall("record_selection", selection(organs: "{}"), at: .trained, .refused("LA004")),
        HostileCall("record_selection", selection(positives: "{9,9}"), at: .trained, .refused("LA004")),
        HostileCall("record_selection", selection(positives: "{0}"), at: .trained, .refused("23514")),
        HostileCall("record_selection", selection(positives: "{null}"), at: .trained, .refused("23502")),
        HostileCall("record_selection", selection(confidence: "'{0.5}'"), at: .trained, .refused("LA004")),
        HostileCall("record_selection", selection(confidence: "null"), at: .trained, .refused("LA004")),
        HostileCall("record_selection", selection(probability: "null"), at: .trained, .refused("LA004")),
        HostileCall(
            "record_selection", selection(confidence: "array_fill(2::real, array[20])"), at: .trained, .refused("23514")
        ),
        HostileCall(
            "record_selection", selection(probability: "array_fill('NaN'::real, array[20])"), at: .trained,
            .refused("23514")),
        HostileCall(
            "record_selection", selection(probability: "array_fill(null::real, array[20])"), at: .trained,
            .refused("23514")),
        HostileCall(
            "record_selection", selection(confidence: "array_fill(0.5::real, array[20], array[7])"), at: .trained,
            .refused("23514")),
        HostileCall(
            "record_selection", selection(confidence: "array_fill(0.5::real, array[4, 5])"), at: .trained,
            .refused("23514")),
    ]

    private static func validation(
        step: String = "9", organs: String = "{liver}", dice: String = "{0.5}", volumes: String = "{2}"
    ) -> String { "JOB, TOKEN, ROUND, \(step), '\(organs)', '\(dice)', '\(volumes)'" }

    /// Made while the round trains, the only state that allows them.
    private static let validations: [HostileCall] =
        [Moment.planned, .trained, .relabelling, .published].map {
            HostileCall("record_validation", validation(), at: $0, .refused("LA005"))
        }
        + [
            (validation(organs: "{heart}"), "LA004"), (validation(organs: "{stomach}"), "LA004"),
            (validation(organs: "{liver,liver}", dice: "{0.5,0.5}", volumes: "{1,1}"), "LA004"),
            (validation(dice: "{0.5,0.5}"), "LA004"), (validation(volumes: "{}"), "LA004"),
            (validation(dice: "{2}"), "23514"), (validation(dice: "{NaN}"), "23514"),
            (validation(dice: "{null}"), "23514"), (validation(volumes: "{0}"), "23514"),
            (validation(volumes: "{-1}"), "23514"), (validation(volumes: "{null}"), "23502"),
            (validation(step: "0"), "23514"), (validation(step: "null"), "23502"),
            ("JOB, TOKEN + 1, ROUND, 9, '{liver}', '{0.5}', '{2}'", "LA001"),
            ("JOB, TOKEN, OTHER_ROUND, 9, '{liver}', '{0.5}', '{2}'", "LA003"),
        ].map { arguments, state in HostileCall("record_validation", arguments, at: .training, .refused(state)) }

    private static func evaluation(
        _ volume: String, organ: String = "liver", dice: String = "1", volumes: String = "'{1}', '{1}'"
    ) -> String { "JOB, TOKEN, ROUND, array[\(volume)]::bigint[], '{\(organ)}', '{\(dice)}', \(volumes)" }

    private static let evaluations: [HostileCall] = [
        HostileCall("record_evaluation", evaluation("VALIDATION"), .refused("LA005")),
        HostileCall("record_evaluation", evaluation("TEST"), at: .confidenceFitted, .refused("LA006")),
        HostileCall("record_evaluation", evaluation("KNOWN"), at: .confidenceFitted, .refused("LA006")),
        HostileCall("record_evaluation", evaluation("-1"), at: .confidenceFitted, .refused("LA006")),
        HostileCall("record_evaluation", evaluation("null"), at: .confidenceFitted, .refused("LA006")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION", organ: "stomach"), at: .confidenceFitted, .refused("LA004")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION", dice: "2"), at: .confidenceFitted, .refused("23514")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION", dice: "NaN"), at: .confidenceFitted, .refused("23514")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION", dice: "1,1"), at: .confidenceFitted, .refused("LA004")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION", volumes: "'{infinity}', '{1}'"), at: .confidenceFitted,
            .refused("23514")),
        HostileCall(
            "record_evaluation",
            "JOB, TOKEN, ROUND, array[VALIDATION, VALIDATION], '{liver,liver}', '{1,0}', '{1,1}', '{1,1}'",
            at: .confidenceFitted, .refused("LA004")),
        HostileCall("record_evaluation", evaluation("VALIDATION"), at: .published, .refused("LA005")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION") + ", '{1.5}'", at: .confidenceFitted, .refused("23514")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION") + ", '{1,1}'", at: .confidenceFitted, .refused("LA004")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION") + ", '{1}', '{NaN}'", at: .confidenceFitted,
            .refused("23514")),
        HostileCall(
            "record_evaluation", evaluation("VALIDATION") + ", '{1}', '{1,1}'", at: .confidenceFitted,
            .refused("LA004")),
    ]

    private static func quality(_ values: String = "9, 0.5, 0.5, 0.9, 0.9") -> String { "JOB, TOKEN, ROUND, \(values)" }

    private static let qualities: [HostileCall] =
        [Moment.planned, .trained, .relabelling, .published].map {
            HostileCall("record_quality", quality(), at: $0, .refused("LA005"))
        } + [
            HostileCall("record_quality", "JOB, TOKEN + 1, ROUND, 9, 0.5, 0.5, 0.9, 0.9", .refused("LA001")),
            HostileCall("record_quality", "JOB, TOKEN, OTHER_ROUND, 9, 0.5, 0.5, 0.9, 0.9", .refused("LA003")),
            HostileCall("record_quality", "JOB, TOKEN, null, 9, 0.5, 0.5, 0.9, 0.9", .refused("LA005")),
        ]
        + [
            ("-1, 0.5, 0.5, 0.9, 0.9", "23514"), ("9, 1.1, 0.5, 0.9, 0.9", "23514"),
            ("9, 'NaN', 0.5, 0.9, 0.9", "23514"),
            ("9, 0.5, -1.1, 0.9, 0.9", "23514"), ("9, 0.5, 0.5, 1.1, 0.9", "23514"),
            ("9, 0.5, 0.5, 0.9, 'NaN'", "23514"),
            ("9, 0.5, 0.5, null, 0.9", "23502"), ("null, 0.5, 0.5, 0.9, 0.9", "23502"),
        ].map { values, state in
            HostileCall("record_quality", quality(values), at: .confidenceFitted, .refused(state))
        }

    private static func guards(
        organs: String = "{liver}", names: String = "{dice}", values: String = "{0.7}", limits: String = "{0.5}",
        outcomes: String = "{passed}"
    ) -> String { "JOB, TOKEN, ROUND, '\(organs)', '\(names)', '\(values)', '\(limits)', '\(outcomes)'" }

    private static let guards: [HostileCall] =
        [Moment.planned, .confidenceFitted, .relabelling, .published].map {
            HostileCall("record_guards", guards(), at: $0, .refused("LA005"))
        }
        + [
            (guards(organs: "{heart}"), "LA004"), (guards(organs: "{stomach}"), "LA004"),
            (guards(names: "{dice,volume}"), "LA004"), (guards(values: "{}"), "LA004"),
            (guards(limits: "{1,1}"), "LA004"), (guards(outcomes: "{}"), "LA004"),
            (
                guards(
                    organs: "{liver,liver}", names: "{dice,dice}", values: "{1,1}", limits: "{1,1}",
                    outcomes: "{passed,failed}"), "LA004"
            ),
            (guards(names: "{\" \"}"), "23514"), (guards(names: "{null}"), "23502"), (guards(values: "{NaN}"), "23514"),
            (guards(values: "{infinity}"), "23514"), (guards(limits: "{-infinity}"), "23514"),
            (guards(outcomes: "{waived}"), "23514"), (guards(outcomes: "{null}"), "23502"),
        ].map { arguments, state in HostileCall("record_guards", arguments, at: .evaluated, .refused(state)) }

    private static func staging(
        _ volume: String = "BLANK", checkpoint: String = "CHECKPOINT", digest: String = "sha256('p')",
        bytes: String = "100", organ: String = "liver", offset: String = "16", length: String = "9",
        voxels: String = "1", box: String = "0,0,0,1,1,1", confidence: String = "0.5"
    ) -> String {
        "JOB, TOKEN, ROUND, \(checkpoint), \(volume), \(digest), \(bytes), '{\(organ)}', '{\(offset)}', '{\(length)}', "
            + "array[sha256('m')], '{\(voxels)}', '{1}', '{\(box)}', '{\(confidence)}'"
    }

    private static func grades(
        _ soft: String, _ dice: String = "{null}", _ lower: String = "{null}", _ upper: String = "{null}",
        reasons: String = "{null}"
    ) -> String { ", '\(soft)', '\(dice)', '\(lower)', '\(upper)', '\(reasons)'" }

    private static let stagings: [HostileCall] =
        [HostileCall("stage_pseudo_labels", staging(), at: .training, .refused("LA005"))]
        + ([
            (staging("KNOWN"), "LA007"), (staging("KNOWN", organ: "stomach"), "LA004"),
            (staging("VALIDATION"), "LA006"), (staging("TEST"), "LA006"), (staging("LOCKED"), "LA006"),
            (staging("MR"), "LA006"), (staging("-1"), "LA006"), (staging("null"), "LA006"),
            (staging(checkpoint: "-1"), "LA003"), (staging(checkpoint: "null"), "LA003"),
            (staging(digest: "ANNOTATION"), "LA011"), (staging(digest: "WEIGHTS", bytes: "500"), "LA011"),
            (staging(digest: "PURGED"), "LA011"), (staging(digest: "PREDICTED"), "LA011"),
            (staging(organ: "heart"), "LA004"), (staging(organ: ""), "LA004"), (staging(length: "90"), "23514"),
            (staging(offset: "-1"), "23514"), (staging(length: "0"), "23514"), (staging(voxels: "2"), "23514"),
            (staging(box: "0,0,0,11,1,1"), "23514"), (staging(box: "0,0,0,1,1"), "LA004"),
            (staging(box: "0,0,0,1,1,1,1"), "LA004"),
            (staging(confidence: "null"), "LA004"), (staging(confidence: "NaN"), "23514"),
            (staging(confidence: "1.5"), "23514"), (staging(confidence: "0.5,0.5"), "LA004"),
            (staging() + grades("{1.5}"), "23514"), (staging() + grades("{NaN}"), "23514"),
            (staging() + grades("{0.5,0.5}"), "LA004"), (staging() + grades("{0.5}", "{0.7}"), "23514"),
            (staging() + grades("{0.5}", "{0.7}", "{0.8}", "{0.9}"), "23514"),
            (staging() + grades("{0.5}", "{0.7}", "{0.6}", "{1.1}"), "23514"),
            (staging() + grades("{0.5}", "{NaN}", "{0.6}", "{0.9}"), "23514"),
            (staging() + grades("{null}", "{0.7}", "{0.6}", "{0.9}"), "23514"),
            (staging() + grades("{0.5}", reasons: "{\" \"}"), "23514"),
            (staging() + grades("{0.5}", reasons: "{x,y}"), "LA004"),
            (staging(confidence: "null") + grades("{0.5}", reasons: "{low}"), "LA004"),
        ] as [(String, String)]).map { arguments, state in
            HostileCall("stage_pseudo_labels", arguments, at: .relabelling, .refused(state))
        } + [HostileCall("stage_pseudo_labels", staging(), at: .published, .refused("LA005"))]

    private static let publications: [HostileCall] = [
        HostileCall("publish_round", "JOB, TOKEN, ROUND, 'planned', 'published', '{}', '{}'", .refused("LA005")),
        HostileCall(
            "publish_round", "JOB, TOKEN, ROUND, 'relabelling', 'planned', '{}', '{}'", at: .relabelling,
            .refused("LA005")),
        HostileCall(
            "publish_round", "JOB, TOKEN, ROUND, 'relabelling', 'published', '{heart}', '{x}'", at: .relabelling,
            .refused("LA004")),
        HostileCall(
            "publish_round", "JOB, TOKEN, ROUND, 'relabelling', 'published', '{liver}', '{}'", at: .relabelling,
            .refused("LA004")),
        HostileCall(
            "publish_round", "JOB, TOKEN, ROUND, 'relabelling', 'published', '{liver}', '{\" \"}'", at: .relabelling,
            .refused("23514")),
        HostileCall(
            "publish_round",
            "JOB, TOKEN, ROUND, 'relabelling', 'published', '{liver}', array[repeat('x', 2000)]", at: .relabelling,
            .refused("23514")),
        HostileCall(
            "publish_round", "JOB, TOKEN, LAST_ROUND, 'planned', 'published', '{}', '{}'", at: .published,
            .refused("LA005")),
    ]

    private static let schedules: [HostileCall] =
        [
            HostileCall("fire_ticks", "'2030-01-01'", .refused("42883")),
            HostileCall("fire_ticks_at", "'2030-01-01'", .refused("42501")),
            HostileCall("fire_ticks", "", .rows(["-|-|0|0"])),
            HostileCall("tick_of_job", "JOB, TOKEN", .rows([])),
            HostileCall("tick_of_job", "JOB, TOKEN + 1", .refused("LA001")),
            HostileCall("tick_of_job", "OTHER_JOB, 0", .refused("LA001")),
            HostileCall("tick_of_job", "null, null", .refused("LA001")),
            HostileCall("adopt_if_better", "JOB, TOKEN, 'p'", .rows(["-"])),
            HostileCall("adopt_if_better", "JOB, TOKEN + 1, 'p'", .refused("LA001")),
            HostileCall("adopt_if_better", "OTHER_JOB, 0, 'p'", .refused("LA001")),
            HostileCall("adopt_if_better", "null, null, null", .refused("LA001")),
            HostileCall("adopt_if_better", "JOB, TOKEN, 'p'", at: .finished, .refused("LA005")),
        ]

    private static let endings: [HostileCall] = [
        HostileCall("finish_run", "JOB, TOKEN", .refused("LA005")),
        HostileCall("finish_run", "JOB, TOKEN", at: .published, .refused("LA005")),
        HostileCall("finish_run", "JOB, TOKEN + 1", .refused("LA001")),
        HostileCall("finish_run", "JOB, TOKEN", at: .finished, .refused("LA005")),
    ]
}
