/// A calendar day, e.g. `2026-03-01`. The package reads it from this text as its own type. Written by hand; Apollo's code generation leaves it alone.
public typealias LocalDate = String
