@_spi(Unsafe) import ApolloAPI
import Graph
import JarvisAPI
import Models

/// An operation that Apollo generated, run with the variables and the key of a request of ours. Apollo's part is the document, its id and
/// the selections, by which answers are read and normalized; the variables need no types of it.
protocol Bridged: Sendable {
  var request: Request { get }
}

extension Bridged {
  var variables: [String: any GraphQLOperationVariableValue]? {
    request.variables.members.map { members in members.mapValues { JarvisAPI.JSON($0) } }
  }
}

struct BridgedQuery<Base: GraphQLQuery>: GraphQLQuery, Bridged where Base.ResponseFormat == SingleResponseFormat {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  var __variables: Variables? { variables }
}

struct BridgedMutation<Base: GraphQLMutation>: GraphQLMutation, Bridged where Base.ResponseFormat == SingleResponseFormat {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  var __variables: Variables? { variables }
}

struct BridgedSubscription<Base: GraphQLSubscription>: GraphQLSubscription, Bridged {
  typealias Data = Base.Data
  static var operationName: String { Base.operationName }
  static var operationDocument: OperationDocument { Base.operationDocument }
  let request: Request
  var __variables: Variables? { variables }
}
