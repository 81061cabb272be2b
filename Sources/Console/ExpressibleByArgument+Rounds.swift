public import ArgumentParser
public import Domain

extension RoundName: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
