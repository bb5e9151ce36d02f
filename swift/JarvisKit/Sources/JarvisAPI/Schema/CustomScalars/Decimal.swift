/// A decimal number as plain digits. The package reads it from this text as its own type. Written by hand; Apollo's code generation leaves it alone.
public typealias Decimal = String
