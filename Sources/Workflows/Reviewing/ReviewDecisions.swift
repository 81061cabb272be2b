package import Catalog
package import Domain
internal import System

/// Records what a person decides about the mask of an organ in a volume.
package struct ReviewDecisions: Sendable {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// Key or another spelling.
        package var organ: String
        package var person: String
        /// No patient data.
        package var reason: String?
        /// How long it took.
        package var minutes: Double?
        /// The mask that was looked at; nil: the one to decide about now.
        package var mask: MaskID?
        /// Whether it is the mask that the newest round withheld, although another one is visible.
        package var isWithheld = false
        /// Of an assignment: how many persons are to decide.
        package var readers = 1
        /// Whether the decision takes effect although two readers are to decide.
        package var adjudicates = false

        package init(volume: String, organ: String, person: String) {
            (self.volume, self.organ, self.person) = (volume, organ, person)
        }
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        package let organ: OrganKey
        package let action: ReviewAction
        /// The mask that was looked at.
        package let mask: MaskID?
        /// The mask of the annotation that was made or accepted; nil where none was.
        package let made: MaskID?
        /// Of the two masks, where one was submitted.
        package let dice: Double?
        package let state: ReviewState
        /// Whether the decision waits for that of another reader.
        package let waits: Bool
        /// With the decision of another reader.
        package let agreement: ReaderAgreement?
        package let person: String
        package let revision: Revision
    }

    let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Makes the mask an annotation of origin reviewed, or accepts an edited one.
    ///
    /// The validity mask of a prediction has the voxels that its network was sure of; a person accepts all of them, so that the
    /// annotation is without.
    /// - Throws: as `decide`; `WorkflowError` of kind `damaged` for a mask that cannot be read.
    package func accept(_ request: Request) async throws -> Result {
        let item = try await item(request)
        guard let target = item.current, !target.isAnnotation, let location = target.mask else {
            return try await decide(.accept, item, request)
        }
        let known = try await workspace.masks().read(location, target.limits, shape: item.volume.shape)
        return try await decide(.accept, item, request, making: known)
    }

    /// Records that the mask is wrong: it is no label any more.
    ///
    /// - Throws: as `decide`.
    package func reject(_ request: Request) async throws -> Result {
        try await decide(.reject, try await item(request), request)
    }

    /// Records the organ as absent.
    ///
    /// - Throws: as `decide`; `WorkflowError` of kind `conflict` where a part of the organ is annotated.
    package func absent(_ request: Request) async throws -> Result {
        let item = try await item(request)
        try await AbsenceRule(catalog: workspace.catalog).check(item.organ, in: item.volume.id)
        return try await decide(.absent, item, request)
    }

    /// Records that the person did not decide.
    ///
    /// - Throws: as `decide`.
    package func skip(_ request: Request) async throws -> Result {
        try await decide(.skip, try await item(request), request)
    }

    /// Records that the person of the request is to decide.
    ///
    /// - Throws: as `decide`.
    package func assign(_ request: Request) async throws -> Result {
        try await decide(.assign, try await item(request), request)
    }

    // MARK: - Steps

    /// What a decision is about.
    struct Item {
        let volume: VolumeRow
        let organ: OrganKey
        /// Nil where there is nothing to decide about, or where it is not the mask that was looked at.
        let current: ReviewTarget?
        /// The mask that was looked at.
        let mask: MaskID?
    }

    /// - Throws: `WorkflowError` of kind `usage` for a person's name that cannot be recorded; `CatalogError` for unknown names.
    func item(_ request: Request) async throws -> Item {
        try WorkflowError.require(name: request.person, of: "person")
        if MaskCorrection.reservedRaters.contains(request.person) {
            throw WorkflowError(
                .usage, "the name \(request.person) is reserved for computed masks", remedy: "choose another name")
        }
        let volume = try await workspace.volume(named: request.volume)
        let organ = try await workspace.catalog.organ(named: request.organ)
        let target = try await target(of: organ, in: volume.id, request)
        return Item(volume: volume, organ: organ, current: target, mask: request.mask ?? target?.mask?.mask)
    }

    /// The mask to decide about; where one was looked at, that one, also if it was withheld beside a visible label. Nil where it is none
    /// of them.
    private func target(of organ: OrganKey, in volume: VolumeID, _ request: Request) async throws -> ReviewTarget? {
        let catalog = workspace.catalog
        let target = try await catalog.reviewTarget(volume: volume, organ: organ, withheld: request.isWithheld)
        guard let mask = request.mask, mask != target?.mask?.mask else { return target }
        guard !request.isWithheld else { return nil }
        let withheld = try await catalog.reviewTarget(volume: volume, organ: organ, withheld: true)
        return withheld?.mask?.mask == mask ? withheld : nil
    }

    /// - Throws: `CatalogError.withheldVolume`; SQLSTATE LA017 where the mask is no longer the one to decide about, 42501 for a login
    ///   that may not.
    func decide(
        _ action: ReviewAction, _ item: Item, _ request: Request, making mask: KnownMask? = nil, dice: Double? = nil
    ) async throws -> Result {
        let catalog = workspace.catalog
        var decision = ReviewDecision(
            volume: item.volume.id, organ: item.organ, action: action, mask: item.mask, person: request.person)
        (decision.reason, decision.minutes, decision.dice) = (request.reason, request.minutes, dice)
        (decision.readers, decision.adjudicates) = (request.readers, request.adjudicates)
        var mask = mask
        if !request.adjudicates, item.current?.isAnnotation != true, action != .assign, action != .skip {
            let readers = try await catalog.reviewReaders(
                volume: item.volume.id, organ: item.organ, mask: item.mask, person: request.person)
            decision.agreement = try await agreement(of: action, mask, in: item.volume, with: readers.opinion)
            let waits = readers.needsTwo && decision.agreement?.agrees != true
            if waits && action == .accept { mask = nil }
        }
        let recorded: RecordedReview
        if let mask {
            let store = try await workspace.writableObjects()
            recorded = try await catalog.decide(decision) { [mask] in try await AnnotationContent.put(mask, in: store) }
        } else {
            recorded = try await catalog.decide(decision)
        }
        if recorded.isChange { try await catalog.compactCoverage() }
        let event = try await catalog.reviewHistory(volume: item.volume.id, organ: item.organ).last { $0.state != nil }
        return Result(
            volume: item.volume.id, organ: item.organ, action: action, mask: item.mask, made: recorded.mask, dice: dice,
            state: event?.state ?? .proposed, waits: action != .skip && event?.isOpinion == true,
            agreement: decision.agreement, person: request.person, revision: try await catalog.currentRevision())
    }
}
