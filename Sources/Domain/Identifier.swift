/// A database key, typed by its table.
public struct Identifier<Entity>: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: Int64

    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    public var description: String { String(rawValue) }
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The tables that keys are typed by.
public enum Entities {
    public enum Volume {}
    public enum Subject {}
    public enum Dataset {}
    public enum Source {}
    public enum Organ {}
    public enum Mask {}
    public enum Activity {}
    public enum Run {}
    public enum Round {}
    public enum Checkpoint {}
    public enum Split {}
    public enum Job {}
    public enum Change {}
    public enum TestOpening {}
}

public typealias VolumeID = Identifier<Entities.Volume>
public typealias SubjectID = Identifier<Entities.Subject>
public typealias DatasetID = Identifier<Entities.Dataset>
public typealias SourceID = Identifier<Entities.Source>
public typealias OrganID = Identifier<Entities.Organ>
public typealias MaskID = Identifier<Entities.Mask>
public typealias ActivityID = Identifier<Entities.Activity>
public typealias RunID = Identifier<Entities.Run>
public typealias RoundID = Identifier<Entities.Round>
public typealias CheckpointID = Identifier<Entities.Checkpoint>
public typealias SplitID = Identifier<Entities.Split>
public typealias JobID = Identifier<Entities.Job>
public typealias ChangeID = Identifier<Entities.Change>
public typealias TestOpeningID = Identifier<Entities.TestOpening>

/// The number of a committed change of label states; "the labels as of revision 1234" is a query.
public struct Revision: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let number: Int64

    public init(_ number: Int64) { self.number = number }

    public var description: String { String(number) }
    public static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}
