/// An absolute http or https address. The package reads it from this text as its own type. Written by hand; Apollo's code generation leaves it alone.
public typealias URL = String
