/// What a job does.
public enum JobKind: String, Sendable, Hashable, CaseIterable {
    /// Trains a run.
    case run
    /// Predicts a volume for a round and measures the prediction.
    case predict
    /// Predicts a volume for a round and stages its pseudo labels.
    case relabel
    /// Computes the image descriptor of a volume.
    case fingerprint
    /// Compares the files and masks of a volume with what was recorded.
    case verify
}

/// Where a job is in its life.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Claimed by the first daemon that is free once it is due.
    case waiting
    case running
    case done
    /// Not tried again; the reason is recorded.
    case dead
    /// By a person, or because its run was cancelled.
    case cancelled
}

/// A claimed job. The token grows with each claim, so that writes of a former holder are refused.
public struct JobClaim: Sendable, Hashable {
    public let job: Int64
    public let token: Int64

    public init(job: Int64, token: Int64) { (self.job, self.token) = (job, token) }
}

/// What a heartbeat found.
public enum Renewal: String, Sendable, Hashable {
    /// The lease is renewed, or the job is done.
    case held
    /// Another transaction has locked the job, such as a removal of data. Nobody takes the job over meanwhile; the next heartbeat
    /// renews the lease where that transaction leaves the claim as it is.
    case locked
    /// The claim is lost, or was released.
    case lost
}

/// A claimed job and what it works on.
public struct ClaimedJob: Sendable, Hashable {
    public let claim: JobClaim
    public let kind: JobKind
    /// Nil before the run of a tick is created, and for other kinds than `run`.
    public let run: Int64?
    /// Of `predict` and `relabel`.
    public let round: Int64?
    /// Nil for `run`.
    public let volume: Int64?
    /// The tick of a schedule that a run belongs to.
    public let tick: Int64?
    /// 1 for the first claim.
    public let attempt: Int
    /// Nil where the number is not limited.
    public let maxAttempts: Int?
}

/// A job whose lease ended, and what became of it.
public struct ExpiredJob: Sendable, Hashable {
    public let job: Int64
    public let kind: JobKind
    /// `waiting`, or `dead` where no attempt was left.
    public let state: JobState
    /// The name of the schedule that made a run; nil for other jobs.
    public let schedule: String?
}

/// The daemon that has a run's claim.
public struct JobHolder: Sendable, Hashable {
    /// Host and process.
    public let worker: String
    /// The rest of the lease.
    public let secondsLeft: Double
    /// The end of the lease by the database's clock, in seconds since 1970.
    public let leaseEnd: Double
}

/// The numbers of jobs of a round's volumes.
public struct VolumeCounts: Sendable, Hashable {
    public let done: Int
    /// Waiting or running.
    public let open: Int
    /// Dead or cancelled.
    public let dead: Int

    public var total: Int { done + open + dead }
}

/// The number of jobs of a kind in a state.
public struct JobCount: Sendable, Hashable {
    public let kind: JobKind
    public let state: JobState
    public let count: Int
}

/// What the job of a volume and a round measured.
public struct VolumeResult: Sendable, Hashable {
    public let volume: Int64
    /// A JSON object.
    public let result: String
}
