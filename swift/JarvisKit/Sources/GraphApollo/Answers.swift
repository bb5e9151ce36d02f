import Apollo
@_spi(Internal) @_spi(Unsafe) import ApolloAPI
import ApolloWebSocket
import Foundation
import Graph
import JarvisAPI
import Models

extension Answer {
  /// - Parameter keptAt: when the cache was last written to, for an answer out of it.
  /// - Throws: `GraphFault` when it has no data.
  init<Operation: GraphQLOperation>(_ response: GraphQLResponse<Operation>, keptAt: Date?) throws {
    let problems = (response.errors ?? []).map(GraphProblem.init(_:))
    guard let data = response.data, !problems.contains(where: { $0.code == "UNAUTHENTICATED" }) else { throw GraphFault(problems) }
    self.init(data: JSONValue(of: data.__data), problems: problems, keptAt: response.source == .cache ? keptAt ?? .distantPast : nil)
  }
}

extension GraphProblem {
  init(_ error: GraphQLError) {
    let extensions = error.extensions
    self.init(
      message: error.message ?? "", code: extensions?["code"] as? String, retryAfter: extensions?["retryAfter"] as? Double,
      requestID: extensions?["requestId"] as? String)
  }
}

extension Models.JSONValue {
  /// What Apollo read of an answer, as JSON again.
  init(of value: DataDict.FieldValue) {
    switch value {
    case let object as DataDict: self = .object(object._data.mapValues { JSONValue(of: $0) })
    case let list as [DataDict.FieldValue?]: self = .array(list.map { item in item.map { JSONValue(of: $0) } ?? .null })
    case let json as JarvisAPI.JSON: self = json.value
    case is NSNull: self = .null
    case let text as String: self = .string(text)
    case let flag as Bool: self = .bool(flag)
    case let number as any FixedWidthInteger: self = .int(Int(clamping: number))
    case let number as Double: self = .double(number)
    case let number as Float: self = .double(Double(number))
    // An enumeration: its value is a text.
    case let scalar as any JSONEncodable: self = (scalar._jsonValue as? String).map { .string($0) } ?? .null
    default: self = .null
    }
  }
}

extension GraphFault {
  /// What went wrong in Apollo, as far as what to do about it differs.
  static func of(_ error: any Error) -> any Error {
    switch error {
    case is CancellationError, is GraphFault, is UserError: error
    case let error as URLError where error.code == .cancelled: CancellationError()
    case is URLError: GraphFault.offline
    case WebSocketTransport.Error.graphQLErrors(let errors): GraphFault(errors.map(GraphProblem.init(_:)))
    case WebSocketTransport.Error.connectionClosed: GraphFault.offline
    // A socket that breaks off says so in the words of the layers below.
    case let error as NSError where [NSPOSIXErrorDomain, NSURLErrorDomain, "Network.NWError"].contains(error.domain): GraphFault.offline
    default: GraphFault.unreadable("\(error)")
    }
  }

  /// What a status means by itself: a proxy between may answer with a page of its own.
  init(status: Int, retryAfter: TimeInterval?) {
    switch status {
    case 401: self = .unauthenticated
    case 429: self = .rateLimited(retryAfter: retryAfter)
    case 500...: self = .server(message: "Status \(status).", retryAfter: retryAfter)
    default: self = .unreadable("Status \(status), and no answer of a graph.")
    }
  }
}
