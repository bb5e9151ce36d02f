import ApolloAPI

/// How Apollo's cache tells objects apart. Written by hand; Apollo's code generation leaves it alone.
public enum SchemaConfiguration: ApolloAPI.SchemaConfiguration {
  /// Ids of the graph are unique over all types: an object that has one is the same wherever an answer has it. What has none lies under
  /// the object that it is a part of.
  public static func cacheKeyInfo(for type: ApolloAPI.Object, object: ApolloAPI.ObjectData) -> CacheKeyInfo? {
    (object["id"] as? String).map { CacheKeyInfo(id: $0) }
  }
}
