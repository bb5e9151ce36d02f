@_spi(Unsafe) import ApolloAPI
import Graph
import JarvisAPI
import Models

/// An operation that Apollo generated, run with the variables and the key of a request of ours. Apollo's part is the document, its id and
/// the selections, by which answers are read and normalized; the variables need no types of it.
protocol Bridged: Sendable {
  var request: Request { get }
  /// Of the variables that the document declares.
  var names: [String] { get }
}

extension Bridged {
  /// Every variable of the document: Apollo reckons with all of them where it names fields in its cache, also with those that are absent.
  var variables: [String: any GraphQLOperationVariableValue] {
    let members = request.variables.members ?? [:]
    return Dictionary(uniqueKeysWithValues: names.map { name in (name, Self.value(members[name])) })
  }

  private static func value(_ value: Models.JSONValue?) -> any GraphQLOperationVariableValue {
    value.map { JarvisAPI.JSON($0) } ?? GraphQLNullable<JarvisAPI.JSON>.none
  }
}

struct BridgedQuery<Base: GraphQLQuery>: GraphQLQuery, Bridged where Base.ResponseFormat == SingleResponseFormat {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  let names: [String]
  var __variables: Variables? { variables }
}

struct BridgedMutation<Base: GraphQLMutation>: GraphQLMutation, Bridged where Base.ResponseFormat == SingleResponseFormat {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  let names: [String]
  var __variables: Variables? { variables }
}

struct BridgedSubscription<Base: GraphQLSubscription>: GraphQLSubscription, Bridged {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  let names: [String]
  var __variables: Variables? { variables }
}
