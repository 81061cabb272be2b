extension String {
    /// A key in camel case as words: `programSchema` as `program schema`.
    var words: String {
        reduce(into: "") { words, letter in
            words += letter.isUppercase && words.last?.isLowercase == true ? " " + letter.lowercased() : String(letter)
        }
    }
}
