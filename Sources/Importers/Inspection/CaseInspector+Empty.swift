internal import Domain
internal import Imaging

extension CaseInspector {
    /// A description that records the states of the case's organs confirms that they are absent.
    /// - Throws: `emptyLabels` where no organ of several has a voxel, or no voxel is known, and the caller has not accepted it.
    func refuseEmpty(_ files: CaseFiles, _ read: ReadLabels) throws(ImportError) {
        guard let first = files.labels.first, read.labels.allSatisfy({ $0.region == nil }),
            files.labels.allSatisfy({ $0.stated == StatedOrgans() }), !options.accepted.cover(.empty, of: files.name)
        else { return }
        let empty: EmptyLabels
        let classes = files.labels.count { if case .oneClass = $0.reading { true } else { false } }
        let organs = read.labels.map(\.organ).filter { options.ontology[$0]?.isLesion != true }
        if classes > 1, classes == files.labels.count {
            empty = .classes(classes)
        } else if read.labels.isEmpty && read.hasExamined {
            empty = .unknown
        } else if organs.count > 1 {
            empty = .organs(organs)
        } else {
            return
        }
        throw .emptyLabels(file: first.file.path, caseName: files.name, empty)
    }

    /// - Throws: `emptyLabels` where every voxel has the same value, not 0, and the caller has not accepted it.
    func refuseConstant(_ volume: LabelVolume, _ file: String, of caseName: String) throws(ImportError) {
        guard volume.regions.count == 1, volume.regions[0].voxels == volume.shape.count,
            !options.accepted.cover(.empty, of: caseName)
        else { return }
        throw .emptyLabels(file: file, caseName: caseName, .constant(volume.regions[0].value))
    }
}
