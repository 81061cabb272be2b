# Reads Package.swift. Prints one fact a line, columns separated by tabs:
#
#   target  NAME  LAYER  KIND  FOLDER     LAYER is the nearest `// MARK: - LAYER: …` above the target
#   arrow   FROM  TO                      a declared dependency on a target or on a product's module
#
# A dependency may be written as "Name", as .product(name: "Module", …), as .target(name: "Name"), or as a constant declared
# at the top by `let name: Target.Dependency = .product(name: "Module", …)`.

BEGIN { OFS = "\t" }

/^[ \t]*\/\/ MARK: - / {
    layer = $0
    sub(/^.*MARK: - /, "", layer)
    sub(/[:,].*/, "", layer)
    next
}

/^[ \t]*\/\// { next }

/^let [A-Za-z]+: Target.Dependency/ {
    split($0, parts, /[ :]+/)
    constant[parts[2]] = first_string($0)
    next
}

depth == 0 && /^[ \t]*\.(target|systemLibrary|executableTarget|testTarget)\(/ {
    text = ""
    is_inside = 1
}

is_inside {
    text = text " " $0
    depth += gsub(/\(/, "(") - gsub(/\)/, ")")
    if (depth <= 0) {
        depth = 0
        is_inside = 0
        print_target(text)
    }
}

function first_string(text) {
    sub(/^[^"]*"/, "", text)
    sub(/".*/, "", text)
    return text
}

function print_target(text,    kind, name, folder) {
    kind = text
    sub(/^[ \t]*\./, "", kind)
    sub(/\(.*/, "", kind)
    name = first_string(text)
    folder = (kind == "testTarget" ? "Tests/" : "Sources/") name
    if (match(text, /[ (]path: *"[^"]*"/)) folder = first_string(substr(text, RSTART))
    print "target", name, layer, kind, folder
    print_arrows(name, text)
}

function print_arrows(name, text,    list, count, items, i, item) {
    if (text !~ /[ (]dependencies: *\[/) return
    list = text
    sub(/^.*[ (]dependencies: *\[/, "", list)
    sub(/\].*/, "", list)
    while (match(list, /\.[a-z]+\(name: *"[^"]*"[^)]*\)/)) {
        item = substr(list, RSTART, RLENGTH)
        list = substr(list, 1, RSTART - 1) first_string(item) substr(list, RSTART + RLENGTH)
    }
    count = split(list, items, ",")
    for (i = 1; i <= count; i++) {
        item = items[i]
        gsub(/[ \t"]/, "", item)
        if (item in constant) item = constant[item]
        if (item != "") print "arrow", name, item
    }
}
