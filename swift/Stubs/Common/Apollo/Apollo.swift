import ApolloAPI
import Foundation
@_exported import FoundationNetworking

// MARK: - Cache

public typealias CacheKey = String

public protocol ReadOnlyNormalizedCache: AnyObject {}
public protocol NormalizedCache: AnyObject, ReadOnlyNormalizedCache {}

public final class InMemoryNormalizedCache: NormalizedCache {
  public init() {}
}

public final class ApolloStore: Sendable {
  public init(cache: any NormalizedCache = InMemoryNormalizedCache()) {}
  public func clearCache() async throws {}
}

public enum CachePolicy: Sendable, Hashable {
  public enum Query: Sendable, Hashable {
    public enum SingleResponse: Sendable, Hashable { case cacheFirst, networkFirst, networkOnly }
    public enum CacheOnly: Sendable, Hashable { case cacheOnly }
    public enum CacheAndNetwork: Sendable, Hashable { case cacheAndNetwork }
  }
  public enum Subscription: Sendable, Hashable { case cacheThenNetwork, networkOnly }
}

public struct FetchBehavior: Sendable, Hashable {}

// MARK: - Answers

public struct GraphQLError: Error, Hashable {
  public init(_ object: JSONObject) {}
  public subscript(key: String) -> Any? { fatalError() }
  public var message: String? { fatalError() }
  public var extensions: [String: Any]? { fatalError() }
  public static func == (lhs: GraphQLError, rhs: GraphQLError) -> Bool { fatalError() }
  public func hash(into hasher: inout Hasher) {}
}

public struct GraphQLResponse<Operation: GraphQLOperation>: Sendable, Hashable {
  public enum Source: Hashable, Sendable { case cache, server }
  public let data: Operation.Data?
  public let errors: [GraphQLError]?
  public let source: Source
}

public enum SubscriptionState: Sendable {}

public struct SubscriptionStream<Element: Sendable>: AsyncSequence, Sendable {
  public struct AsyncIterator: AsyncIteratorProtocol {
    public mutating func next() async throws -> Element? { fatalError() }
  }
  public var state: SubscriptionState { fatalError() }
  public func makeAsyncIterator() -> AsyncIterator { fatalError() }
}

// MARK: - Client

public struct RequestConfiguration: Sendable {
  public var requestTimeout: TimeInterval?
  public var writeResultsToCache: Bool
  public init(requestTimeout: TimeInterval? = nil, writeResultsToCache: Bool = true) { fatalError() }
}

public struct ClientAwarenessMetadata: Sendable {
  public init() {}
}

public final class ApolloClient: Sendable {
  public enum Error: Swift.Error, Hashable { case noResults, noUploadTransport, noSubscriptionTransport }

  public let store: ApolloStore

  public init(
    networkTransport: any NetworkTransport, store: ApolloStore, defaultRequestConfiguration: RequestConfiguration = RequestConfiguration(),
    clientAwarenessMetadata: ClientAwarenessMetadata = ClientAwarenessMetadata()
  ) { fatalError() }

  public func clearCache() async throws {}

  public func fetch<Query: GraphQLQuery>(
    query: Query, cachePolicy: CachePolicy.Query.SingleResponse, requestConfiguration: RequestConfiguration? = nil
  ) async throws -> GraphQLResponse<Query> where Query.ResponseFormat == SingleResponseFormat { fatalError() }

  public func fetch<Query: GraphQLQuery>(
    query: Query, cachePolicy: CachePolicy.Query.CacheOnly, requestConfiguration: RequestConfiguration? = nil
  ) async throws -> GraphQLResponse<Query>? { fatalError() }

  public func perform<Mutation: GraphQLMutation>(
    mutation: Mutation, requestConfiguration: RequestConfiguration? = nil
  ) async throws -> GraphQLResponse<Mutation> where Mutation.ResponseFormat == SingleResponseFormat { fatalError() }

  public func subscribe<Subscription: GraphQLSubscription>(
    subscription: Subscription, cachePolicy: CachePolicy.Subscription = .cacheThenNetwork, requestConfiguration: RequestConfiguration? = nil
  ) throws -> SubscriptionStream<GraphQLResponse<Subscription>> { fatalError() }
}

// MARK: - Transports

public protocol NetworkTransport: AnyObject, Sendable {
  func send<Query: GraphQLQuery>(
    query: Query, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Query>, any Error>

  func send<Mutation: GraphQLMutation>(
    mutation: Mutation, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Mutation>, any Error>
}

public protocol SubscriptionNetworkTransport: Sendable {
  func send<Subscription: GraphQLSubscription>(
    subscription: Subscription, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> SubscriptionStream<GraphQLResponse<Subscription>>
}

public protocol ApolloURLSession: Sendable {}
extension URLSession: ApolloURLSession {}

public struct AutoPersistedQueryConfiguration: Sendable, Hashable {
  public var autoPersistQueries: Bool
  public var useGETForPersistedQueryRetry: Bool
  public init(autoPersistQueries: Bool = false, useGETForPersistedQueryRetry: Bool = false) { fatalError() }
}

public protocol JSONRequestBodyCreator: Sendable {
  func requestBody<Operation: GraphQLOperation>(
    for operation: Operation, sendQueryDocument: Bool, autoPersistQuery: Bool
  ) -> JSONEncodableDictionary
}

public struct DefaultRequestBodyCreator: JSONRequestBodyCreator {
  public init() {}
  public func requestBody<Operation: GraphQLOperation>(
    for operation: Operation, sendQueryDocument: Bool, autoPersistQuery: Bool
  ) -> JSONEncodableDictionary { fatalError() }
}

public final class RequestChainNetworkTransport: NetworkTransport {
  public init(
    urlSession: any ApolloURLSession, interceptorProvider: any InterceptorProvider, store: ApolloStore, endpointURL: URL,
    additionalHeaders: [String: String] = [:], apqConfig: AutoPersistedQueryConfiguration = .init(),
    requestBodyCreator: any JSONRequestBodyCreator = DefaultRequestBodyCreator(), useGETForQueries: Bool = false
  ) {}

  public func send<Query: GraphQLQuery>(
    query: Query, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Query>, any Error> { fatalError() }

  public func send<Mutation: GraphQLMutation>(
    mutation: Mutation, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Mutation>, any Error> { fatalError() }
}

public final class SplitNetworkTransport<
  QueryTransport: NetworkTransport, MutationTransport: NetworkTransport, SubscriptionTransport: Sendable, UploadTransport: Sendable
>: NetworkTransport {
  public init(
    queryTransport: QueryTransport, mutationTransport: MutationTransport, subscriptionTransport: SubscriptionTransport = Void(),
    uploadTransport: UploadTransport = Void()
  ) {}

  public func send<Query: GraphQLQuery>(
    query: Query, fetchBehavior: FetchBehavior, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Query>, any Error> { fatalError() }

  public func send<Mutation: GraphQLMutation>(
    mutation: Mutation, requestConfiguration: RequestConfiguration
  ) throws -> AsyncThrowingStream<GraphQLResponse<Mutation>, any Error> { fatalError() }
}

// MARK: - Interceptors

public protocol GraphQLRequest<Operation>: Sendable {
  associatedtype Operation: GraphQLOperation
  var operation: Operation { get set }
  var additionalHeaders: [String: String] { get set }
}

extension GraphQLRequest {
  public mutating func addHeader(name: String, value: String) {}
}

public struct NonCopyableAsyncThrowingStream<Element: Sendable>: Sendable, ~Copyable {}

public struct ParsedResult<Operation: GraphQLOperation>: Sendable, Hashable {}

public typealias InterceptorResultStream<Request: GraphQLRequest> = NonCopyableAsyncThrowingStream<ParsedResult<Request.Operation>>

public protocol GraphQLInterceptor: Sendable {
  typealias NextInterceptorFunction<Request: GraphQLRequest> = @Sendable (Request) async -> InterceptorResultStream<Request>

  func intercept<Request: GraphQLRequest>(
    request: Request, next: NextInterceptorFunction<Request>
  ) async throws -> InterceptorResultStream<Request>
}

public struct HTTPResponse: Sendable, ~Copyable {
  public let response: HTTPURLResponse
  public let chunks: NonCopyableAsyncThrowingStream<Data>
}

public protocol HTTPInterceptor: Sendable {
  typealias NextHTTPInterceptorFunction = @Sendable (URLRequest) async throws -> HTTPResponse

  func intercept(request: URLRequest, next: NextHTTPInterceptorFunction) async throws -> HTTPResponse
}

public struct ResponseCodeInterceptor: HTTPInterceptor {
  public init() {}
  public func intercept(request: URLRequest, next: NextHTTPInterceptorFunction) async throws -> HTTPResponse { fatalError() }
}

public protocol CacheInterceptor: Sendable {}
public protocol ResponseParsingInterceptor: Sendable {}

public protocol InterceptorProvider: Sendable {
  func graphQLInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any GraphQLInterceptor]
  func cacheInterceptor<Operation: GraphQLOperation>(for operation: Operation) -> any CacheInterceptor
  func httpInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any HTTPInterceptor]
  func responseParser<Operation: GraphQLOperation>(for operation: Operation) -> any ResponseParsingInterceptor
}

extension InterceptorProvider {
  public func graphQLInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any GraphQLInterceptor] { fatalError() }
  public func cacheInterceptor<Operation: GraphQLOperation>(for operation: Operation) -> any CacheInterceptor { fatalError() }
  public func httpInterceptors<Operation: GraphQLOperation>(for operation: Operation) -> [any HTTPInterceptor] { fatalError() }
  public func responseParser<Operation: GraphQLOperation>(for operation: Operation) -> any ResponseParsingInterceptor { fatalError() }
}

public final class DefaultInterceptorProvider: InterceptorProvider {
  public static let shared = DefaultInterceptorProvider()
}
