internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

/// What every decision of a review has.
struct DecisionOptions: ParsableArguments {
    @Argument(help: "Volume: its id, DATASET/CASE or its file.")
    var volume: String

    @Argument(help: "Organ: its key or another spelling.")
    var organ: String

    @Option(
        name: .customLong("by"),
        help: .value("name", "Person who decides. No patient data. (default: the user of the operating system)"))
    var person: String?

    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    var reason: String?

    @Option(help: .value("number", "Minutes that it took."))
    var minutes: Double?

    @Option(help: .value("id", "Mask that was looked at. (default: the one that is proposed now)"))
    var mask: Int64?

    @Flag(help: "Decide about the mask that the newest round withheld, although another one is visible.")
    var withheld = false

    @Flag(help: "Decide for good where two readers were asked for.")
    var adjudicate = false

    func validate() throws {
        if let minutes, !(minutes > 0 && minutes <= 1440) {
            throw ValidationError("--minutes must be above 0 and at most 1440.")
        }
    }

    var request: ReviewDecisions.Request {
        var request = ReviewDecisions.Request(volume: volume, organ: organ, person: person ?? Account.name)
        (request.reason, request.minutes) = (reason, minutes)
        (request.mask, request.isWithheld) = (mask.map { MaskID($0) }, withheld)
        request.adjudicates = adjudicate
        return request
    }
}

extension ReviewDecisions.Result {
    var fields: [Cell.Field] {
        [
            Cell.Field("volume", volume.rawValue), Cell.Field("organ", organ.rawValue),
            Cell.Field("action", action.rawValue), Cell.Field("state", state.rawValue), Cell.Field("person", person),
            Cell.Field("mask", mask?.rawValue), Cell.Field("annotation", made?.rawValue), Cell.Field("dice", dice),
            Cell.Field("waits", waits), Cell.Field("agrees", agreement?.agrees),
            Cell.Field("agreementDice", agreement?.dice, title: "reader Dice"),
            Cell.Field("agreementNSD", agreement?.nsd, title: "reader NSD"),
            Cell.Field("revision", revision.number),
        ]
    }
}
