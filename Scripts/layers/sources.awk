# Reads Swift files of one target (-v target=NAME). Prints one fact a line, columns separated by tabs:
#
#   import  TARGET  FILE:LINE  MODULE
#   type    TARGET  FILE:LINE  NAME     a type at the top level that other files can see
#   process TARGET  FILE:LINE           a use of Foundation's Process
#
# Text inside """ literals is skipped.

BEGIN { OFS = "\t" }

FNR == 1 { is_literal = 0 }

{
    was_literal = is_literal
    line = $0
    if (gsub(/"""/, "", line) % 2 == 1) is_literal = !is_literal
    if (was_literal) next
}

/^[ \t]*((@[A-Za-z_]+(\([^)]*\))?|public|package|internal|fileprivate|private)[ \t]+)*import[ \t]/ {
    module = $0
    sub(/^.*import[ \t]+/, "", module)
    sub(/^(struct|class|enum|protocol|typealias|func|var|let)[ \t]+/, "", module)
    sub(/[^A-Za-z0-9_].*/, "", module)
    print "import", target, FILENAME ":" FNR, module
}

/^((@[A-Za-z_]+(\([^)]*\))?|public|package|internal|final|indirect|nonisolated|distributed)[ \t]+)*(struct|class|enum|actor|protocol)[ \t]+[A-Z]/ {
    name = $0
    sub(/^.*(struct|class|enum|actor|protocol)[ \t]+/, "", name)
    sub(/[^A-Za-z0-9_].*/, "", name)
    print "type", target, FILENAME ":" FNR, name
}

/(^|[^A-Za-z0-9_.])(Foundation\.)?Process\(\)/ { print "process", target, FILENAME ":" FNR }
