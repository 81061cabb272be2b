import Foundation
import TestSupport
import Testing

@testable import Trainers

/// The documented JSON schemas describe what is written and read.
@Suite struct SchemaTests {
    private static func schema(_ name: String) throws -> JSONSchema {
        try JSONSchema(Data(contentsOf: URL(filePath: "\(packageRoot)/docs/schemas/\(name).schema.json")))
    }

    private static func value(_ text: String) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    private static let jobs: [TrainerJob] = [
        .training(), .training(.init(kind: .resume, checkpoint: "/job/start.checkpoint", step: 5)),
        .training(.init(kind: .weights, checkpoint: "/job/start.checkpoint", step: 0)), .prediction,
    ]

    @Test(arguments: jobs) func jobsAreValid(job: TrainerJob) throws {
        #expect(try Self.schema("trainer-job").problem(of: Self.value(try job.json())) == nil)
    }

    /// Each member is required or optional as the program has it, and no other is known.
    @Test(arguments: jobs) func changedJobsAreNot(job: TrainerJob) throws {
        let schema = try Self.schema("trainer-job")
        let object = try #require(try Self.value(try job.json()) as? [String: Any])
        for (key, value) in object {
            var changed = object
            changed[key] = nil
            #expect(schema.problem(of: changed) != nil, "without \(key)")
            changed[key] = value is String ? 1 as Any : "text"
            #expect(schema.problem(of: changed) != nil, "another type of \(key)")
        }
        var longer = object
        longer["extra"] = 1
        #expect(schema.problem(of: longer) != nil)
        longer = object
        longer["version"] = 2
        #expect(schema.problem(of: longer) != nil)
    }

    /// The schema and the reader agree on lines of progress.
    @Test(arguments: [
        ("{\"step\": 1, \"steps\": 2}", true), ("{\"step\": 0, \"steps\": 2, \"loss\": 0.5}", true),
        ("{\"step\": 2, \"steps\": 2, \"checkpoint\": \"2.pt\", \"lr\": 1}", true), ("{\"steps\": 2}", false),
        ("{\"step\": 1}", false), ("{\"step\": 1.5, \"steps\": 2}", false), ("{\"step\": -1, \"steps\": 2}", false),
        ("{\"step\": 0, \"steps\": 0}", false), ("{\"step\": 1, \"steps\": 2, \"loss\": \"x\"}", false),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"a/b\"}", false),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"\"}", false),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"a b\"}", false),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \".a\"}", false),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"-a.b\"}", true),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"\(String(repeating: "a", count: 199))\"}", true),
        ("{\"step\": 1, \"steps\": 2, \"checkpoint\": \"\(String(repeating: "a", count: 200))\"}", false),
    ])
    func linesOfProgressAgree(line: String, isValid: Bool) throws {
        let problem = try Self.schema("trainer-progress").problem(of: Self.value(line))
        #expect((problem == nil) == isValid, "\(problem ?? "valid")")
        #expect(((try? TrainerProgress(line: line)) != nil) == isValid)
    }

    /// Python's jsonschema says the same, and that the schemas are schemas.
    @Test(.needsPython("jsonschema")) func anIndependentValidatorAgrees() throws {
        let script = """
            import json, sys, jsonschema
            schema = json.load(open(sys.argv[1]))
            jsonschema.Draft202012Validator.check_schema(schema)
            for text in sys.argv[2:]:
                jsonschema.Draft202012Validator(schema).validate(json.loads(text))
            """
        let python = try #require(OraclePython.path)
        for (name, texts) in [
            ("trainer-job", try Self.jobs.map { try $0.json() }),
            ("trainer-progress", ["{\"step\": 1, \"steps\": 2, \"loss\": 0.5, \"checkpoint\": \"a\"}"]),
        ] {
            let outcome = try ChildProcess.run(
                python, ["-c", script, "\(packageRoot)/docs/schemas/\(name).schema.json"] + texts)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }
}

/// As much of JSON schema as the documented schemas use; an unknown keyword fails.
struct JSONSchema {
    private let root: [String: Any]

    init(_ data: Data) throws { root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:] }

    /// Why a value is not valid; nil where it is.
    func problem(of value: Any) -> String? { problem(of: value, root, "$") }

    private func problem(of value: Any, _ schema: [String: Any], _ path: String) -> String? {
        for (keyword, rule) in schema.sorted(by: { $0.key < $1.key }) {
            if let found = problem(of: value, keyword, rule, schema, path) { return "\(path): \(found)" }
        }
        return nil
    }

    private func problem(of value: Any, _ keyword: String, _ rule: Any, _ schema: [String: Any], _ path: String)
        -> String?
    {
        let object = value as? [String: Any]
        let (list, number, text) = (value as? [Any], Self.number(value), value as? String)
        let limit = Self.number(rule) ?? 0
        switch keyword {
        case "$schema", "$defs", "title", "description": return nil
        case "$ref":
            let name = (rule as? String ?? "").split(separator: "/").last.map(String.init) ?? ""
            guard let definition = (root["$defs"] as? [String: [String: Any]])?[name] else {
                return "no definition \(name)"
            }
            return problem(of: value, definition, path)
        case "oneOf":
            let problems = (rule as? [[String: Any]] ?? []).map { problem(of: value, $0, path) }
            return problems.count(where: { $0 == nil }) == 1
                ? nil : problems.compactMap(\.self).joined(separator: " or ")
        case "const": return (value as? NSObject) == (rule as? NSObject) ? nil : "is not \(rule)"
        case "enum":
            return (rule as? [NSObject] ?? []).contains { $0 == value as? NSObject } ? nil : "is none of \(rule)"
        case "type": return Self.isType(value, rule as? String ?? "") ? nil : "is not of type \(rule)"
        case "required":
            guard let object else { return nil }
            return (rule as? [String] ?? []).first { object[$0] == nil }.map { "lacks \($0)" }
        case "properties":
            let known = rule as? [String: [String: Any]] ?? [:]
            return object?.sorted { $0.key < $1.key }.compactMap { key, inner in
                known[key].flatMap { problem(of: inner, $0, "\(path).\(key)") }
            }.first
        case "additionalProperties":
            let known = schema["properties"] as? [String: Any] ?? [:]
            return object?.keys.first { known[$0] == nil }.map { "has \($0)" }
        case "items":
            return list?.compactMap { problem(of: $0, rule as? [String: Any] ?? [:], "\(path)[]") }.first
        case "minItems": return list.map { Double($0.count) >= limit } ?? true ? nil : "is too short"
        case "maxItems": return list.map { Double($0.count) <= limit } ?? true ? nil : "is too long"
        case "minimum": return number.map { $0 >= limit } ?? true ? nil : "is too small"
        case "maximum": return number.map { $0 <= limit } ?? true ? nil : "is too large"
        case "exclusiveMinimum": return number.map { $0 > limit } ?? true ? nil : "is too small"
        case "minLength": return text.map { Double($0.count) >= limit } ?? true ? nil : "is too short"
        case "pattern":
            guard let text, let pattern = try? Regex(rule as? String ?? "") else { return nil }
            return text.firstMatch(of: pattern) != nil ? nil : "does not match \(rule)"
        default: return "the keyword \(keyword) is not known"
        }
    }

    private static func isFlag(_ value: Any) -> Bool {
        (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
    }

    private static func number(_ value: Any) -> Double? { isFlag(value) ? nil : (value as? NSNumber)?.doubleValue }

    private static func isType(_ value: Any, _ type: String) -> Bool {
        switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isFlag(value)
        case "number": number(value) != nil
        case "integer": number(value).map { $0 == $0.rounded() } ?? false
        default: false
        }
    }
}
