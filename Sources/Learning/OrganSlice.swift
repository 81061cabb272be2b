internal import CKernels
internal import Domain

/// The prediction of one organ in one slice.
struct OrganSlice: Sendable {
    let z: Int
    /// Of the slice.
    let scores: ArraySlice<Prediction.Score>
    /// Those of the confidence; nil where they are the organ's own.
    let confidences: ArraySlice<Prediction.Score>?
    /// The voxels whose truth is unknown; nil: all.
    let open: BitPlane?

    /// - Parameter offset: of the slice among those of the prediction.
    init(_ slices: Prediction, offset: Int, organ: Int, open: BitPlane?) {
        let count = slices.shape.sliceCount
        let voxels = offset * count..<(offset + 1) * count
        z = slices.firstSlice + offset
        (scores, confidences) = (slices.logits[organ][voxels], slices.ownConfidenceLogits?[organ][voxels])
        self.open = open
    }

    private init(_ slice: OrganSlice) {
        (z, open, confidences) = (slice.z, slice.open, nil)
        scores = ArraySlice(Array(slice.scores))
    }

    /// In memory of its own, which does not keep that of the whole prediction.
    var copied: OrganSlice { OrganSlice(self) }

    private var words: Int { (scores.count + 63) >> 6 }

    /// The open voxels that are predicted as the organ, and their number.
    struct Positives {
        var plane: BitPlane
        var count: Int
    }

    /// - Parameter negatives: receives the open voxels that are not predicted as the organ; nil: not wanted.
    func positives(negatives: UnsafeMutablePointer<BitPlane>? = nil) -> Positives {
        var found = 0
        let plane = BitPlane(unsafeUninitializedCapacity: words) { plane, count in
            withPointers { scores, open in
                guard let negatives else {
                    found = Int(ck_sort_scores(scores, Int64(self.scores.count), open, plane.baseAddress!, nil))
                    return
                }
                negatives.pointee = BitPlane(unsafeUninitializedCapacity: words) { negatives, count in
                    found = Int(
                        ck_sort_scores(
                            scores, Int64(self.scores.count), open, plane.baseAddress!, negatives.baseAddress))
                    count = words
                }
            }
            count = words
        }
        return Positives(plane: plane, count: found)
    }

    /// Without the voxels that belong to a rival: by the higher score, among equals by the order of the plan.
    func clear(_ positives: inout Positives, lostTo rival: OrganSlice, winsTies: Bool) {
        positives.count = positives.plane.withUnsafeMutableBufferPointer { plane in
            withPointers { scores, _ in
                rival.withPointers { others, open in
                    Int(
                        ck_clear_lost(
                            scores, others, Int64(self.scores.count), open, winsTies ? 1 : 0, plane.baseAddress!))
                }
            }
        }
    }

    func withPointers<R>(
        _ body: (_ scores: UnsafePointer<Prediction.Score>, _ open: UnsafePointer<UInt64>?) -> R
    ) -> R {
        scores.withUnsafeBufferPointer { scores in
            guard let open else { return body(scores.baseAddress!, nil) }
            return open.withUnsafeBufferPointer { body(scores.baseAddress!, $0.baseAddress) }
        }
    }
}

extension ArraySlice<Prediction.Score> {
    /// Those of the `count` voxels of a plane, in the order of the voxels.
    func gathered(_ plane: BitPlane, count: Int) -> [Prediction.Score] {
        [Prediction.Score](unsafeUninitializedCapacity: count) { out, filled in
            withUnsafeBufferPointer { ck_gather_scores($0.baseAddress!, Int64($0.count), plane, out.baseAddress!) }
            filled = count
        }
    }
}
