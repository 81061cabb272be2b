/// The masks that were predicted and written for one image.
struct PredictedImage: Sendable {
    /// The path as it was given.
    let image: String
    /// The folder of its masks.
    let folder: String
    let masks: [PredictedMask]
}

/// The masks of an image, or why nothing was written for it.
struct PredictionResult: Sendable {
    /// The path as it was given.
    let image: String
    let outcome: Result<PredictedImage, any Error>
}

/// A predicted mask of one organ.
struct PredictedMask: Sendable {
    let image: String
    let organ: String
    let file: String
    let voxels: Int
    let millilitres: Double
    /// The measures of the mask; nil where it is empty.
    let confidence, softDice: Double?
    /// The Dice that held-out masks of this soft Dice have, with an interval; nil where the round cannot tell.
    let dice, diceLower, diceUpper: Double?
    /// Why the round publishes no label of the organ; nil where it does, or was not asked to.
    let withheld: String?
}
