internal import Domain
internal import Imaging
internal import System

/// Checks the caches of images as raw voxels and of coded labels, which `lacunad` fills. Blocks.
struct CacheCheck: Sendable {
    let caches: [VolumeCache]
    /// Whether the voxels are compared with their checksums; otherwise the headers are read.
    let readsData: Bool
    /// The checksums of image files of data in use.
    let inUse: Set<Digest>
    /// Those of removed data too.
    let recorded: Set<Digest>
    /// Seconds since 1970; interrupted writes before are orphans.
    let aDayAgo: Int

    /// Unusable, foreign and orphaned files, with their sizes.
    func findings() throws(SystemError) -> [IntegrityFinding] {
        var findings: [IntegrityFinding] = []
        for cache in caches { findings += try cache.entries().compactMap { finding($0, in: cache) } }
        return findings
    }

    /// Removes the orphans; those that a process has mapped stay findings.
    func sweep() throws(SystemError) -> [IntegrityFinding] {
        var findings: [IntegrityFinding] = []
        for cache in caches {
            for entry in try cache.entries() {
                guard let reason = orphan(entry) else { continue }
                switch cache.remove(entry) {
                case .removed: findings.append(Self.finding(.swept, entry, "\(reason); removed"))
                case .inUse:
                    findings.append(Self.finding(.orphan, entry, "\(reason); a running process has it in memory"))
                case .failed(let error):
                    findings.append(Self.finding(.orphan, entry, "\(reason); it cannot be removed: \(error.reason)"))
                }
            }
        }
        return findings
    }

    private func finding(_ entry: VolumeCache.Entry, in cache: VolumeCache) -> IntegrityFinding? {
        if let reason = orphan(entry) {
            return Self.finding(.orphan, entry, "\(reason); lacuna verify --sweep removes it")
        }
        switch entry.kind {
        case .foreign: return Self.finding(.stray, entry, "lacunad did not write it; move it away")
        case .unfinished: return nil
        case .volume, .labels:
            return cache.problem(of: entry, readsVoxels: readsData).map {
                Self.finding(.damaged, entry, "\($0); remove it, and it is made again when needed")
            }
        }
    }

    /// Why nothing needs the file; nil where something may.
    private func orphan(_ entry: VolumeCache.Entry) -> String? {
        guard let source = entry.source else { return nil }
        if !inUse.contains(source) {
            return recorded.contains(source) ? "its image is of removed data" : "no row names its image"
        }
        return entry.kind == .unfinished && entry.usedAt < aDayAgo ? "an interrupted process left it" : nil
    }

    private static func finding(
        _ kind: IntegrityFinding.Kind, _ entry: VolumeCache.Entry, _ problem: String
    ) -> IntegrityFinding {
        IntegrityFinding(kind, .cached, entry.path, problem, bytes: entry.bytes)
    }
}
