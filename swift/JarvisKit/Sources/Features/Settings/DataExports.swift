import Foundation
import Graph
import Models
import Observation

/// An archive of everything that Jarvis holds of the person.
public struct DataExport: Decodable, Sendable, Equatable, Identifiable {
  public enum Status: String, OpenEnum {
    case pending = "PENDING"
    case ready = "READY"
    case failed = "FAILED"
    case expired = "EXPIRED"
    case unknown
  }
  public let id: ObjectID
  public let status: Status
  /// In bytes.
  public let size: Int?
  public let createdAt: Date
  public let finishedAt: Date?
  /// When the archive is deleted.
  public let expiresAt: Date?
}

public struct DataExportsValue: Decodable, Sendable, Equatable {
  public struct Viewer: Decodable, Sendable, Equatable { public internal(set) var dataExports: [DataExport]? }
  public internal(set) var viewer: Viewer?
}

/// The person's archives: asked for, waited for, fetched.
@MainActor @Observable public final class DataExportsModel {
  public let query: QueryModel<DataExportsValue>
  public let work = Work()
  /// Where an archive can be fetched: once, within a quarter of an hour.
  public private(set) var address: URL?

  @ObservationIgnored private let parts: Parts
  /// Seconds between two looks at an archive that is being made.
  static let interval: TimeInterval = 5

  public init(_ parts: Parts) {
    self.parts = parts
    query = parts.model(Document.dataExports, isEmpty: { $0.viewer?.dataExports?.isEmpty ?? false })
  }

  public var exports: [DataExport] { query.screen.value?.viewer?.dataExports ?? [] }
  public var isMaking: Bool { work.subjects.contains(Self.making) || exports.contains { $0.status == .pending } }
  private static let making = ObjectID("export")

  /// Opens the list, and looks again for as long as an archive is being made: until it is there, or the task is cancelled.
  public func follow() async {
    await query.open()
    await wait()
  }

  private func wait() async {
    while exports.contains(where: { $0.status == .pending }) {
      do { try await parts.surroundings.pause(Self.interval) } catch { return }
      await query.refresh()
      // Without a network, or somebody who is signed in, the person looks again.
      if case .content(_, .some) = query.screen { return }
    }
  }

  struct Requested: Decodable { let dataExport: DataExport }

  /// Asks for an archive, and waits for it.
  public func request() async {
    guard !isMaking else { return }
    await work.run(on: Self.making) {
      let export = try await parts.graph.change(Request(Document.requestDataExport), as: Requested.self).dataExport
      query.edit { $0.viewer?.dataExports?.insert(export, at: 0) }
    }
    await wait()
  }

  struct Address: Decodable {
    struct Export: Decodable { let downloadUrl: URL? }
    let node: Export?
  }

  /// Asks where to fetch an archive; each address works once.
  public func fetch(_ export: DataExport) async {
    address = nil
    await work.run(on: export.id) {
      address = try await parts.graph.run(
        Request(Document.dataExportAddress, ["id": .string(export.id.rawValue)]), as: Address.self
      ).node?.downloadUrl
      // It is no more, or ended meanwhile: the list says so.
      if address == nil { await query.refresh() }
    }
  }

  /// The address was opened: it does not work again.
  public func addressUsed() { address = nil }
}

/// What a server is, and how one signs in to it.
public struct ServerInfoValue: Decodable, Sendable, Equatable {
  public struct Server: Decodable, Sendable, Equatable {
    public let version: String
    public let appleSignIn: Bool
    public let developmentSignIn: Bool
  }
  public let serverInfo: Server?
}

extension Parts {
  @MainActor public func dataExports() -> DataExportsModel { DataExportsModel(self) }
  @MainActor public func serverInfo() -> QueryModel<ServerInfoValue> { model(Document.serverInfo) }
}
