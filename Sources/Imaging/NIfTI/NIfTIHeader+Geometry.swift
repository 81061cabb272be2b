internal import Domain
internal import Glibc

extension NIfTIHeader {
    /// The grid: from the sform if its code is above 0, else from the qform, else from `pixdim` with a finding.
    ///
    /// Where both are set, their largest corner displacement is accepted up to 0.05 voxels, up to 0.5 with a finding.
    /// - Throws: `formsDisagree`, `singularGeometry`.
    func grid(file: String) throws -> (grid: ImageGrid, findings: [GeometryFinding]) {
        var findings: [GeometryFinding] = []
        let affine = sform ?? qform ?? spacingOnly
        guard affine.isInvertible, Orientation(closestTo: affine) != nil else {
            throw ImagingError.singularGeometry(file: file)
        }
        if sform == nil && qform == nil { findings.append(.noOrientation) }
        if sform != nil, let qform {
            let voxels = affine.largestCornerDisplacementInVoxels(to: qform, shape: shape)
            guard voxels <= GridAgreement.toleratedVoxels else {
                throw ImagingError.formsDisagree(file: file, voxels: voxels)
            }
            if voxels > GridAgreement.acceptedVoxels { findings.append(.formsDiffer(voxels: voxels)) }
        }
        if millimetresPerUnit != 1 { findings.append(.unitConverted(factor: millimetresPerUnit)) }
        let grid = ImageGrid(
            shape: shape, affine: affine, sformCode: sformCode, qformCode: qformCode, stored: storedGeometry)
        return (grid, findings + grid.shapeFindings)
    }

    /// nifti1.h's METHOD 1 does not define left and right; as in nibabel, x runs to the left and the centre is the
    /// origin.
    private var spacingOnly: Affine {
        let size = Vector3(Double(shape.x - 1), Double(shape.y - 1), Double(shape.z - 1))
        let steps = Vector3((0..<3).map { pixelSpacing[$0] == 0 ? 1 : abs(pixelSpacing[$0]) }) * Vector3(-1, 1, 1)
        return .scaling(steps, origin: -(steps * size) / 2)
    }
}

extension ImageGrid {
    /// Findings for shear above a cosine of 1e-3 and rotation above 30 degrees.
    var shapeFindings: [GeometryFinding] {
        var findings: [GeometryFinding] = []
        let cosine = affine.largestAxisCosine
        if cosine > 1e-3 { findings.append(.sheared(cosine: cosine)) }
        let canonical = canonicalAffine
        let alignment = (0..<3).map { canonical.columns[$0][$0] / canonical.spacing[$0] }.min() ?? 1
        if alignment < 0.5 * 3.0.squareRoot() { findings.append(.oblique(degrees: alignment.degreesOfArcCosine)) }
        return findings
    }
}

extension Double {
    fileprivate var degreesOfArcCosine: Double { acos(self) * 180 / .pi }
}
