# Reads the facts of manifest.awk and sources.awk, and the exceptions (-v exceptions=FILE). Prints what breaks a rule to
# standard output, with the rule's reason and remedy, and ends with 1 if there is any.

BEGIN {
    FS = "\t"
    rules = 0
    define_layers()
    define_rules()
    read_exceptions()
}

function define_layers(    names, i) {
    split("Swift Foundation FoundationEssentials FoundationNetworking Glibc Dispatch Synchronization Testing RegexBuilder", names, " ")
    for (i in names) toolchain[names[i]] = 1
    split("C boundary;Core;Foundation;Services;Workflows;Console;Applications;Executables;Tests", names, ";")
    for (i in names) level[names[i]] = i
}

function define_rules() {
    rule("layer", "each target is below a known layer, and each folder of Sources and Tests is a target",
        "the rules below hold by layer", "put the target under its `// MARK: - LAYER:` in Package.swift")
    rule("undeclared", "a target imports only what it declares",
        "the compiler accepts an import of anything that another target brings along",
        "declare the dependency in Package.swift if the layers allow it; else move the code to a target that has it")
    rule("unused", "each declared dependency is imported by a file of its target",
        "an unused arrow lets the next import pass unnoticed and lengthens the build",
        "remove the dependency from Package.swift")
    rule("up", "dependencies go down: executables, applications, console, workflows, services, foundation, core, C boundary",
        "a lower layer that knows a higher one can be neither tested nor used without it",
        "move the code up, or let the lower target declare a protocol that the higher one implements")
    rule("siblings", "services do not import each other, and neither do applications",
        "each service is tested alone; lacunad would bring libtorch into lacuna",
        "join two services in Workflows; move what two applications share to Console or Workflows")
    rule("core", "Domain depends on nothing, Plans on Domain alone", "values and rules are used by every layer", "move the code to a foundation target")
    rule("c-owner", "each C module is imported by exactly one Swift target",
        "what is unsafe about a library is in one place", "call the Swift target that owns it, or remove the module")
    rule("names", "two targets do not use one name for two types",
        "a reader, and a file that imports both, must not have to guess which is meant",
        "give one of them the name of what it is there; a deliberate pair is listed in Scripts/layers/exceptions")
    rule("module-name", "no type has the name of its module",
        "Module.Type cannot be written when a type hides the module", "rename the type")
    rule("workflow", "workflows import neither ArgumentParser nor Console",
        "they return values and throw typed errors, for the server and the daemon too",
        "take a request value, return a result value; parse and render in Commands")
    rule("commands", "Commands imports neither Postgres, Imaging nor Numerics",
        "a command maps options to a request and a result to a table",
        "move the use case to a folder of Workflows")
    rule("server", "only Daemon and tests import Monitoring, and only Monitoring imports SwiftNIO",
        "lacuna would bring the libraries of a server and start more slowly",
        "move the code to Daemon, or what it needs of Monitoring to a foundation target")
    rule("process", "nothing starts a program through Foundation's Process",
        "its wait for the end may last as long as another program (swift-corelibs-foundation 5472)",
        "use ChildProcess: that of TestSupport in tests")
    rule("exceptions", "each line of Scripts/layers/exceptions is needed and has a reason",
        "an exception that nobody needs hides the next mistake", "remove the line, or append `# reason`")
}

function rule(key, text, reason, remedy) {
    order[++rules] = key
    what[key] = text
    why[key] = reason
    cure[key] = remedy
}

function complain(key, text) { found[key] = found[key] "  " text "\n" }

# A line: type NAME TARGET TARGET…  # reason
function read_exceptions(    line, words, count, reason) {
    if (exceptions == "") return
    while ((getline line < exceptions) > 0) {
        if (line ~ /^[ \t]*(#|$)/) continue
        reason = line
        if (sub(/^[^#]*#[ \t]*/, "", reason) == 0 || reason == "") complain("exceptions", line ": has no reason")
        sub(/[ \t]*#.*/, "", line)
        count = split(line, words, /[ \t]+/)
        if (words[1] != "type" || count < 4) complain("exceptions", line ": is not `type NAME TARGET TARGET`")
        else excepted[words[2]] = line
    }
}

$1 == "target" {
    layer[$2] = $3
    if ($3 in level) rank[$2] = level[$3]
    else complain("layer", "Package.swift: " $2 " is under no known layer (" $3 ")")
    target[++targets] = $2
}

$1 == "folder" && !($2 in layer) { complain("layer", $3 ": is no target of Package.swift") }

$1 == "arrow" {
    arrow[$2, $3] = 1
    arrow_from[++arrows] = $2
    arrow_to[arrows] = $3
}

$1 == "import" {
    from = $2; place = $3; module = $4
    imported[from, module] = 1
    if ((module in layer) && layer[module] == "C boundary" && !((module, from) in owner)) {
        owner[module, from] = 1
        owners[module]++
        owner_list[module] = owner_list[module] " " from
    }
    if (from in layer && module != from && !(module in toolchain) && !((from, module) in arrow))
        complain("undeclared", place ": imports " module ", which " from " does not declare")
    if (layer[from] == "Workflows" && (module == "ArgumentParser" || module == "Console"))
        complain("workflow", place ": imports " module)
    if (module == "Monitoring" && from != "Daemon" && layer[from] != "Tests") complain("server", place ": imports " module)
    if (module ~ /^_?NIO/ && from != "Monitoring") complain("server", place ": imports " module)
    if (from == "Commands" && (module == "Postgres" || module == "Imaging" || module == "Numerics"))
        complain("commands", place ": imports " module)
}

$1 == "type" && layer[$2] != "Tests" && layer[$2] != "Executables" {
    if ($4 == $2) complain("module-name", $3 ": " $4)
    if (!(($4, $2) in declared)) {
        declared[$4, $2] = 1
        if (++declarations[$4] == 2) shared[++shared_names] = $4
        places[$4] = places[$4] "\n    " $3 " (" $2 ")"
    }
}

$1 == "process" { complain("process", $3) }

function check_arrows(    i, from, to) {
    for (i = 1; i <= arrows; i++) {
        from = arrow_from[i]
        to = arrow_to[i]
        # Tests run the programs without importing them, and C files include headers.
        if (!((from, to) in imported) && layer[to] != "Executables" && layer[from] != "C boundary")
            complain("unused", "Package.swift: " from " -> " to)
        if (layer[from] == "Core" && (from == "Domain" || to != "Domain")) complain("core", "Package.swift: " from " -> " to)
        if (!(from in rank) || !(to in rank)) continue
        if (rank[to] > rank[from]) complain("up", "Package.swift: " from " -> " to)
        if (rank[to] == rank[from] && (layer[from] == "Services" || layer[from] == "Applications"))
            complain("siblings", "Package.swift: " from " -> " to)
    }
}

function check_owners(    i, module) {
    for (i = 1; i <= targets; i++) {
        module = target[i]
        if (layer[module] == "C boundary" && owners[module] != 1)
            complain("c-owner", module ": imported by " owners[module] + 0 " targets" owner_list[module])
    }
}

function check_names(    i, name) {
    for (i = 1; i <= shared_names; i++)
        if (!(shared[i] in excepted)) complain("names", shared[i] places[shared[i]])
    for (name in excepted)
        if (declarations[name] < 2) complain("exceptions", excepted[name] ": two targets no longer declare " name)
}

END {
    check_arrows()
    check_owners()
    check_names()
    for (i = 1; i <= rules; i++) {
        key = order[i]
        if (!(key in found)) continue
        failed = 1
        printf "error: %s\n%s  why:    %s\n  remedy: %s\n\n", what[key], found[key], why[key], cure[key]
    }
    exit failed
}
