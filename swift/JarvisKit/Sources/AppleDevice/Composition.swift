import DeviceData
import Features
import Foundation
import Graph
import GraphApollo
import GraphHTTP
import Models
import Persistence
import PersistenceSQLite
import Session

#if canImport(UIKit)
  import UIKit
#endif

/// What the app, its widgets and its intents are made of. Each process makes its own; they share the session in the Keychain and the copy
/// in the app group's folder.
public struct Composition: Sendable {
  public let session: SessionKeeper
  /// For somebody who is signed in, without a cache: what widgets and intents use.
  public let graph: GraphClient
  public let stores: SQLiteStores
  /// The address of the server.
  public let server: URL
  private let keychain: Keychain
  private let folder: URL

  /// What the build's settings put into the Info.plist.
  struct Configuration {
    let server: URL
    let appGroup: String
    let keychainGroup: String

    init?(_ bundle: Bundle) {
      guard let server = (bundle.object(forInfoDictionaryKey: "JarvisServer") as? String).flatMap(URL.init(string:)),
        let appGroup = bundle.object(forInfoDictionaryKey: "JarvisAppGroup") as? String,
        let keychainGroup = bundle.object(forInfoDictionaryKey: "JarvisKeychainGroup") as? String
      else { return nil }
      (self.server, self.appGroup, self.keychainGroup) = (server, appGroup, keychainGroup)
    }
  }

  /// Nil when the bundle does not say which server and groups: it was built without the configuration of this repository.
  public init?(bundle: Bundle = .main) {
    guard let configuration = Configuration(bundle) else { return nil }
    server = configuration.server
    keychain = Keychain(SecurityItems(), service: "jarvis", accessGroup: configuration.keychainGroup)
    let session = SessionKeeper(graph: GraphHTTP(endpoint: server).client, store: KeychainTokenStore(keychain), surroundings: .live)
    self.session = session
    graph =
      GraphHTTP(
        endpoint: server, authorization: { try await session.accessToken() }, heardAt: { await session.heard(serverTime: $0) }
      ).client.kept(by: session)
    // Without the entitlement there is no shared folder: widgets have nothing to show then, and the app still works.
    let shared = FileManager.default.containerURL(forSecurityApplicationGroupIdentifier: configuration.appGroup)
    folder = shared ?? URL.applicationSupportDirectory
    stores = SQLiteStores(folder: folder.appending(path: "Accounts"))
  }

  /// The device, as the server lists it.
  public func device() async throws -> DeviceDescription {
    let version = Bundle.main.object(forInfoDictionaryKey: "CFBundleShortVersionString") as? String ?? ""
    #if canImport(UIKit)
      let (name, platform) = await MainActor.run {
        (UIDevice.current.name, UIDevice.current.userInterfaceIdiom == .pad ? DeviceDescription.Platform.iPadOS : .iOS)
      }
    #else
      let (name, platform) = (Host.current().localizedName ?? "", DeviceDescription.Platform.macOS)
    #endif
    return DeviceDescription(id: try keychain.deviceID(.live), name: name, platform: platform, appVersion: version)
  }

  /// What the app runs on: the graph on Apollo iOS, whose socket is open while the app is.
  @MainActor public func environment(companions: [Companion] = []) -> AppEnvironment {
    let apollo = ApolloGraph(endpoint: server, cacheFile: folder.appending(path: "Graph.sqlite"), session: session)
    let socket = Companion(
      whileOpen: { _ in
        await apollo.resume()
        // Until it is cancelled, which it is when the last window closes.
        while (try? await Task.sleep(for: .seconds(3_600))) != nil {}
        await apollo.pause()
      },
      forget: { _ in try? await apollo.clear() })
    return AppEnvironment(
      session: session, graph: apollo.client.kept(by: session), openStore: { try stores.open($0) },
      removeStore: { try stores.remove($0) }, device: device, reachability: NetworkPath(),
      deviceHub: DeviceHub(sources: .ofThisDevice) { try keychain.deviceID(.live) }, companions: [socket] + companions)
  }

  /// The account that is signed in, for a widget or an intent: a process of its own, which shares session and copy with the app.
  /// Nil when nobody is, or while the device has not been unlocked since its start.
  public func account() async -> Account? {
    guard case .signedIn(let userID) = try? await session.resume(), let store = try? stores.open(userID) else { return nil }
    let account = Account(userID: userID, graph: graph, store: store, surroundings: .live)
    // The person's day begins when they say, in their own time zone.
    await account.clock.restore(from: store)
    return account
  }
}
