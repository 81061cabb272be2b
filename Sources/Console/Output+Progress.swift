package import Workflows

extension Output: ProgressSink {
    package func begin(_ task: String, total: Int) -> any ProgressMeter { progress(task, total: total) }
}

extension ProgressBar: ProgressMeter {}
