internal import Catalog
package import Domain
internal import Imaging
internal import System

/// Draws slices of a volume with its masks.
package struct MaskPictures {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        package var file: PictureFile
        /// Names of organs; empty: those that a run was trained on, else those with a mask in the volume.
        package var organs: [String]
        /// Only rounds of this run; nil: of all runs.
        package var run: String?
        package var view: PictureView
        package var mayOverwrite: Bool
        /// The grey range, for CT in HU; nil: that for soft tissue in a CT, else the percentiles 1 to 99 of the image.
        package var window: (width: Double, level: Double)?

        package init(
            volume: String, file: PictureFile, organs: [String] = [], run: String? = nil,
            view: PictureView = .axial(slice: nil), mayOverwrite: Bool = false
        ) {
            (self.volume, self.file, self.organs, self.run, self.view) = (volume, file, organs, run, view)
            self.mayOverwrite = mayOverwrite
        }
    }

    package struct Result: Hashable, Sendable {
        package let volume: VolumeID
        /// The axial slices drawn, from 0 at the feet.
        package let slices: [Int]
        /// The image and the origins of masks.
        package let columns: Int
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Writes the picture: the image, then the current labels of datasets and people, then the pseudo labels of each published
    /// round, the oldest first.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` for a volume without such masks or a slice outside it, and as
    ///   `OutputTarget.check`, `SourceImage.image` and `PictureFile.write`; `CatalogError` for unknown names.
    package func write(_ request: Request) async throws -> Result {
        try await OutputTarget(path: request.file.path, mayOverwrite: request.mayOverwrite)
            .check(in: workspace.catalog)
        let volume = try await workspace.volume(named: request.volume)
        let columns = try await columns(of: volume, request)
        guard columns.contains(where: { !$0.entries.isEmpty }) else {
            throw WorkflowError(
                .badInput, "volume \(volume.id) has no mask of these organs",
                remedy: "list its current masks with lacuna mask list --volume \(volume.id)")
        }
        try Self.require(request.view, in: volume)
        let source = try SourceImage.choose(volume, dataset: nil)
        let ontology = try await workspace.catalog.ontology()
        let slices = try await BlockingWork().run { [converted = workspace.converted] in
            let picture = SlicePicture(
                title: "\(source.dataset)/\(source.caseName)",
                image: try SourceImage.image(of: source, converted), columns: columns, view: request.view,
                isCT: volume.modality == "CT",
                window: request.window.map { GreyWindow(level: $0.level, width: $0.width) }, ontology: ontology)
            try request.file.write(orDraw: "draw fewer columns with --run or fewer organs with --organ") {
                try picture.encode(as: $0)
            }
            return picture.views.map(\.slice).filter { $0.plane == .axial }.map(\.index)
        }
        return Result(volume: volume.id, slices: slices, columns: columns.count + 1)
    }

    private static func require(_ view: PictureView, in volume: VolumeRow) throws {
        let shape = volume.shape
        if case .axial(let slice?) = view, !(0..<shape.z).contains(slice) {
            throw WorkflowError(
                .badInput, "volume \(volume.id) has no slice \(slice)",
                remedy: "choose an axial slice from 0, at the feet, to \(shape.z - 1)")
        }
        if case .planes(let place?) = view, !(0..<3).allSatisfy({ (0..<shape[$0]).contains(place[$0]) }) {
            throw WorkflowError(
                .badInput, "volume \(volume.id) has no voxel \(place.x),\(place.y),\(place.z)",
                remedy:
                    "choose one from 0,0,0, at the left, back and feet, to \(shape.x - 1),\(shape.y - 1),\(shape.z - 1)"
            )
        }
    }

    private func columns(of volume: VolumeRow, _ request: Request) async throws -> [SlicePicture.Column] {
        let reader = try await workspace.masks()
        var labels = SlicePicture.Column(title: "labels")
        var rounds: [String: (firstMask: MaskID, column: SlicePicture.Column)] = [:]
        for organ in try await organs(of: volume.id, request) {
            for version in try await workspace.catalog.maskHistory(volume: volume.id, organ: organ) {
                guard let round = version.round else {
                    if version.isCurrent {
                        labels.add(organ, try await reader.read(version.mask, shape: volume.shape).foreground)
                    }
                    continue
                }
                if let run = request.run, !round.hasPrefix("\(run)/") { continue }
                let mask = try await reader.read(version.mask, shape: volume.shape)
                var (first, column) =
                    rounds[round] ?? (version.mask.mask, SlicePicture.Column(title: Self.title(of: round)))
                column.add(organ, mask.foreground, confidence: version.confidence, accepted: mask.known)
                first = min(first, version.mask.mask)
                rounds[round] = (first, column)
            }
        }
        return [labels] + rounds.values.sorted { $0.firstMask < $1.firstMask }.map(\.column)
    }

    /// `RUN round NUMBER` for `RUN/NUMBER`.
    private static func title(of round: String) -> String {
        RoundName(round).map { "\($0.run) round \($0.round)" } ?? round
    }

    private func organs(of volume: VolumeID, _ request: Request) async throws -> [OrganKey] {
        let catalog = workspace.catalog
        if !request.organs.isEmpty { return try await catalog.organs(named: request.organs) }
        let trained = Set(try await catalog.rounds(run: request.run).flatMap(\.dice.keys))
        if !trained.isEmpty { return try await catalog.ontology().organs.map(\.key).filter(trained.contains) }
        return try await catalog.labels(volume: volume).filter { $0.mask != nil }.map(\.organ)
    }
}
