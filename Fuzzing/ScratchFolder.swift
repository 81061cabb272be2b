import Glibc

/// A folder for the files of one process, in `TMPDIR`, which the caller of the fuzzer removes.
final class ScratchFolder {
    let path: String

    struct Failure: Error { let path: String }

    init() throws {
        let place = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(place)/lacuna-fuzz-\(getpid())"
        mkdir(path, 0o700)
    }

    /// Writes a file.
    /// - Returns: its path.
    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure(path: file) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw Failure(path: file) }
        return file
    }

    /// Images and labels for a `dataset.json` to name.
    func makeTrainingFolders() throws {
        for folder in ["imagesTr", "labelsTr", "imagesTs"] { mkdir("\(path)/\(folder)", 0o700) }
        for name in ["imagesTr/a.nii", "imagesTr/a_0000.nii", "labelsTr/a.nii", "imagesTs/b_0000.nii"] {
            try write(try Seeds.volume(), to: name)
        }
    }

    /// One segmentation with an image, and a table beside the description.
    func makeDerivative() throws {
        for folder in ["sub-1", "sub-1/anat"] { mkdir("\(path)/\(folder)", 0o700) }
        for name in ["sub-1/anat/sub-1_dseg.nii", "sub-1/anat/sub-1_T1w.nii"] {
            try write(try Seeds.volume(), to: name)
        }
    }
}
