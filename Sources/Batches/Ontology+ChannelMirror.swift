public import Domain

extension Ontology {
    /// Which of these organs take each other's place in a flip from left to right.
    public func mirror(of organs: [OrganKey]) -> ChannelMirror {
        ChannelMirror(
            organs.indices.map { index in
                guard self[organs[index]].map({ $0.laterality != .none }) ?? false else { return index }
                return mirror(of: organs[index]).flatMap(organs.firstIndex)
            })
    }
}
