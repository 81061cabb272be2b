extension String {
    /// A key in camel case as words: `programSchema` as `program schema`, `agreementNSD` as `agreement NSD`.
    var words: String {
        let letters = Array(self)
        return letters.indices.reduce(into: "") { words, index in
            let letter = letters[index]
            guard letter.isUppercase, index > 0 else { return words.append(letter) }
            let isAcronym =
                letters[index - 1].isUppercase || index + 1 < letters.count && letters[index + 1].isUppercase
            if letters[index - 1].isLowercase { words += " " }
            words += isAcronym ? String(letter) : letter.lowercased()
        }
    }
}
