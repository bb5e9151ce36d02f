import Features
import Foundation
import Graph
import Models
import PersistenceSQLite
import Sync

// What a widget or an intent is: another process, which logs values into the app's store. `OutboxProcess <file> <goal> <how many>` ends with
// 0 when all of them are kept. It waits for a line on its standard input first, so that several begin at the same moment.
let arguments = CommandLine.arguments
guard arguments.count == 4, let count = Int(arguments[3]) else { exit(64) }
_ = readLine()
do {
  let store = try SQLiteStore(path: arguments[1])
  let offline = GraphClient(execute: { _ in throw GraphFault.offline }, subscribe: { _ in AsyncThrowingStream { $0.finish() } })
  let engine = SyncEngine(graph: offline, store: store, owner: "user_1", surroundings: .live)
  let day = DayClock(now: { Date() }, timeZone: .gmt)
  for number in 0..<count {
    let id = try await engine.logProgress(day.draft(goal: ObjectID(arguments[2]), value: Amount(integerLiteral: number)))
    print(id)
  }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(1)
}
