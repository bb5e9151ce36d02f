import Foundation
import Graph
import Models
import Persistence
import Testing

@testable import Features

@MainActor @Suite struct DataExports {
  let script = Script()

  nonisolated func export(_ number: Int, _ status: String) -> JSONValue {
    ["id": .string("export_\(number)"), "status": .string(status), "size": 2048, "createdAt": .string(march)]
  }

  nonisolated func list(_ exports: [JSONValue]) -> Result<JSONValue, GraphFault> { .success(["viewer": ["dataExports": .array(exports)]]) }

  func model(pause: @escaping @Sendable (TimeInterval) async throws -> Void = { _ in }) -> DataExportsModel {
    var surroundings = surroundings()
    surroundings.pause = pause
    return Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings).dataExports()
  }

  @Test func anArchiveIsAskedForAndWaitedFor() async {
    await script.set("DataExports", list([]))
    let model = model { [script] _ in await script.set("DataExports", list([export(1, "READY")])) }
    await model.follow()
    #expect(model.query.screen == .empty)
    await model.request()
    #expect(model.work.problem == .offline)
    await script.set("RequestDataExport", .success(["requestDataExport": ["dataExport": export(1, "PENDING"), "errors": []]]))
    await model.request()
    #expect(model.exports.map(\.status) == [.ready])
    #expect(!model.isMaking)
  }

  @Test func whileOneIsMadeNoOtherIsAskedFor() async {
    await script.set("DataExports", list([export(1, "PENDING")]))
    let model = model { _ in throw CancellationError() }
    await model.follow()
    #expect(model.isMaking)
    await model.request()
    #expect(await script.requests.map(\.operation.name) == ["DataExports"])
  }

  @Test func waitingEndsWithoutANetwork() async {
    await script.set("DataExports", list([export(1, "PENDING")]))
    let model = model { [script] _ in await script.set("DataExports", .failure(.offline)) }
    await model.follow()
    #expect(await script.requests.count == 2)
    guard case .content(_, .offline) = model.query.screen else {
      Issue.record("\(model.query.screen)")
      return
    }
  }

  @Test func anAddressIsAskedForEachTime() async {
    await script.set("DataExports", list([export(1, "READY")]))
    let model = model()
    await model.follow()
    let export = model.exports[0]
    await model.fetch(export)
    #expect(model.work.problem == .offline)
    await script.set("DataExportAddress", .success(["node": ["downloadUrl": "https://example.com/archive"]]))
    await model.fetch(export)
    #expect(model.address?.absoluteString == "https://example.com/archive")
    model.addressUsed()
    #expect(model.address == nil)
    await script.set("DataExportAddress", .success(["node": nil]))
    await script.set("DataExports", list([self.export(1, "EXPIRED")]))
    await model.fetch(export)
    #expect(model.address == nil)
    #expect(model.exports.map(\.status) == [.expired])
  }

  @Test func theServerSaysWhatItIs() async {
    await script.set("ServerInfo", .success(["serverInfo": ["version": "1.2", "appleSignIn": true, "developmentSignIn": false]]))
    let info = Parts(graph: client(script), store: MemoryStore(), surroundings: surroundings()).serverInfo()
    await info.open()
    #expect(info.screen.value?.serverInfo?.version == "1.2")
  }
}
