import Testing

/// Daemons that serve, train together or run an outside trainer. They are tested one after another beside `DaemonTests`: most processes
/// here have one thread.
@Suite(.serialized) enum ServiceTests {}
