/// Colours of charts on white, distinct also for people who are colour-blind (the palette of Okabe and Ito, darkest first).
package enum ChartColours {
    package static let ink = Colour(30, 34, 38)
    package static let faint = Colour(96, 104, 112)
    package static let grid = Colour(224, 228, 232)

    package static let blue = Colour(0, 114, 178)
    package static let vermilion = Colour(213, 94, 0)
    package static let green = Colour(0, 158, 115)
    package static let purple = Colour(204, 121, 167)
    package static let orange = Colour(230, 159, 0)
    package static let sky = Colour(86, 180, 233)
    package static let yellow = Colour(240, 228, 66)
    package static let grey = Colour(190, 196, 202)

    /// Colours of lines. Yellow is not among them: it is too pale on white.
    package static let lines = [blue, vermilion, green, purple, orange, sky, ink]
}
