/// An instant, as RFC 3339 has it. The package reads it from this text as its own type. Written by hand; Apollo's code generation leaves it alone.
public typealias DateTime = String
