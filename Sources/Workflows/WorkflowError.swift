/// Why a workflow cannot do what was asked: the kind, the problem, the file and the remedy. Contains no patient data.
package struct WorkflowError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The request contradicts itself.
        case usage
        /// An input is wrong; nothing was changed.
        case badInput
        /// A rule, or work of others, prevents it; nothing was changed.
        case conflict
        /// Stored data are not what their rows record.
        case damaged
        /// The database, the object store or the disk cannot be used.
        case unreachable
    }

    package var kind: Kind
    package var problem: String
    package var file: String?
    package var remedy: String?

    package init(_ kind: Kind, _ problem: String, file: String? = nil, remedy: String? = nil) {
        (self.kind, self.problem, self.file, self.remedy) = (kind, problem, file, remedy)
    }
}
