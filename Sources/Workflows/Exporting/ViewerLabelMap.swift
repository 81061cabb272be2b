internal import Domain
internal import Imaging

/// Composes one label map from the masks of organs, in which every voxel of every mask can be found again.
///
/// The value of an organ is its position in the ontology, equal in all volumes. A voxel has the value of the most specific organ that
/// contains it; a whole is therefore its own value with those of its parts.
struct ViewerLabelMap {
    /// The number of voxels that two masks share although neither organ is part of the other.
    struct Overlap: Error, Hashable {
        let first, second: OrganKey
        let voxels: Int
    }

    /// Wholes before their parts, else by position.
    let organs: [(key: OrganKey, value: Int)]
    private let ontology: Ontology
    private let shape: GridShape
    private var indices: [Int]

    init(_ organs: [OrganKey], shape: GridShape, ontology: Ontology) {
        let present = Set(organs)
        func depth(_ organ: OrganKey) -> Int { ontology.wholes(of: organ).count(where: present.contains) }
        self.organs = organs.compactMap { organ in ontology[organ].map { (organ, $0.position) } }
            .sorted { (depth($0.key), $0.value) < (depth($1.key), $1.value) }
        (self.ontology, self.shape) = (ontology, shape)
        indices = Array(repeating: -1, count: shape.count)
    }

    /// Adds the mask of `organs[index]`; masks are added in that order.
    /// - Throws: `Overlap`.
    mutating func add(_ mask: BitVolume, of index: Int) throws(Overlap) {
        let wholes = Set(ontology.wholes(of: organs[index].key))
        var shared: [Int: Int] = [:]
        for voxel in indices.indices where mask[voxel] {
            let before = indices[voxel]
            if before >= 0, !wholes.contains(organs[before].key) {
                shared[before, default: 0] += 1
            } else {
                indices[voxel] = index
            }
        }
        if let (other, voxels) = shared.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
            throw Overlap(first: organs[other].key, second: organs[index].key, voxels: voxels)
        }
    }

    /// The values in canonical order, in the smallest type that holds those of all organs.
    var voxels: NIfTIWriter.Voxels {
        let values = organs.map(\.value)
        switch values.max() ?? 0 {
        case ...255: return .uint8(buffer { $0 < 0 ? 0 : UInt8(values[$0]) })
        case ...Int(Int16.max): return .int16(buffer { $0 < 0 ? 0 : Int16(values[$0]) })
        default: return .int32(buffer { $0 < 0 ? 0 : Int32(values[$0]) })
        }
    }

    private func buffer<T>(_ value: (Int) -> T) -> VoxelBuffer<T> {
        VoxelBuffer<T>(count: shape.count) { out in
            for voxel in out.indices { out[voxel] = value(indices[voxel]) }
        }
    }
}
