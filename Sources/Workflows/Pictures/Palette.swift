internal import Drawing

/// Colours that distinguish organs on grey.
enum Palette {
    /// The colour of an organ in every picture and table.
    /// - Parameter position: its position in the ontology, from 1.
    static func organColour(_ position: Int) -> Colour { colour(max(0, position - 1)) }

    /// A different colour for each position from 0.
    static func colour(_ position: Int) -> Colour {
        position < chosen.count ? chosen[position] : further(position - chosen.count)
    }

    private static let chosen = [
        Colour(222, 110, 75), Colour(250, 214, 60), Colour(92, 158, 255), Colour(96, 212, 120), Colour(196, 120, 240),
        Colour(64, 214, 214), Colour(255, 130, 180), Colour(190, 160, 110), Colour(255, 165, 50), Colour(150, 200, 80),
        Colour(120, 130, 255), Colour(235, 80, 80), Colour(170, 240, 200),
    ]

    /// Hues a golden section apart, so that none repeats, in three alternating tones: pale, strong, dark.
    private static func further(_ position: Int) -> Colour {
        let tones: [(saturation: Double, value: Double)] = [(0.45, 1), (0.85, 0.95), (0.75, 0.65)]
        let tone = tones[position % tones.count]
        let hue = (0.03 + Double(position) * 0.618_033_988_75).truncatingRemainder(dividingBy: 1)
        func channel(_ offset: Double) -> UInt8 {
            let place = (offset + hue * 6).truncatingRemainder(dividingBy: 6)
            let share = max(0, min(place, 4 - place, 1))
            return UInt8((255 * tone.value * (1 - tone.saturation * share)).rounded())
        }
        return Colour(channel(5), channel(3), channel(1))
    }
}
