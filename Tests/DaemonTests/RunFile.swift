/// A configuration of a run that takes seconds: a tiny network, few steps, two relabelling rounds, one thread.
struct RunFile: Sendable {
    var name = "r"
    var organs = "[liver, spleen, stomach]"
    var split = "s"
    var stepsInRoundZero = 24
    var stepsPerRound = 12
    var checkpointSteps = 5
    var rounds = 2
    var classMapping = "{}"
    var minimumDice = "0"
    /// Further keys of the section `run`, each with its value.
    var guards = "minimumQuality: 0\n  minimumLargestPart: 0"
    /// A further key of the section `learning`, with its value.
    var learning = "diceWeight: 0.5"
    var confidence = "residual"
    var widths = "[4, 8]"
    var batch = 4
    var precision = "float32"
    /// Empty: that of the training.
    var predictionPatch = "[]"
    /// A further key of the section `daemon`, with its value.
    var daemon = "cacheGigabytes: 200"
    /// A key of the section `notify`, with its value.
    var notify = "seconds: 60"

    /// The method, with the steps of its head where it has one.
    private var confidenceKeys: String {
        ["probability", "entropy"].contains(confidence)
            ? "confidence: \(confidence)" : "confidence: \(confidence)\n  confidenceSteps: 5"
    }

    var text: String {
        """
        run:
          name: \(name)
          organs: \(organs)
          split: \(split)
          classMapping: \(classMapping)
          rounds: \(rounds)
          seed: 3
          stepsInRoundZero: \(stepsInRoundZero)
          stepsPerRound: \(stepsPerRound)
          minimumAnnotatedVolumes: 1
          guardRatio: 100
          minimumDice: \(minimumDice)
          \(guards)
          \(confidenceKeys)
        learning:
          widths: \(widths)
          contextSlices: 3
          patch: [32, 32]
          predictionPatch: \(predictionPatch)
          batch: \(batch)
          learningRate: 0.01
          precision: \(precision)
          \(learning)
          threads: 1
          checkpointSteps: \(checkpointSteps)
        daemon:
          leaseSeconds: 1
          \(daemon)
        notify:
          \(notify)
        """
    }

    /// So many steps that only a signal ends it.
    static var long: RunFile {
        var file = RunFile()
        file.stepsInRoundZero = 1_000_000
        return file
    }
}
