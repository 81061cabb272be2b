import Domain
import Testing
import Workflows

@testable import Catalog

@Suite struct RunSnapshotTests {
    private func label(_ volume: Int64, _ organ: OrganKey, isThere: Bool = true) -> RunLabel {
        let none = Digest(bytes: Array(repeating: 0, count: 32))
        return RunLabel(
            volume: VolumeID(volume), part: volume < 3 ? .train : .validation, organ: organ, extent: nil,
            mask: isThere ? MaskLocation(mask: MaskID(volume), content: none, object: none, offset: 0, length: 1) : nil)
    }

    /// Only then is an empty mask doubtful.
    @Test func anOrganIsAlwaysThereUnlessAnAnnotationCallsItAbsent() {
        let snapshot = RunSnapshot(
            organs: ["liver", "gallbladder", "spleen", "stomach"], volumes: [],
            labels: [
                label(1, "liver"), label(2, "liver"), label(3, "liver"), label(1, "gallbladder"),
                label(2, "gallbladder"), label(3, "gallbladder", isThere: false), label(1, "spleen"),
            ])
        #expect(snapshot.isAlwaysThere("liver", volumes: 3))
        #expect(!snapshot.isAlwaysThere("gallbladder", volumes: 3))
        #expect(!snapshot.isAlwaysThere("spleen", volumes: 3), "it is annotated in one volume alone")
        #expect(snapshot.isAlwaysThere("spleen", volumes: 1) && !snapshot.isAlwaysThere("stomach", volumes: 1))
    }
}
