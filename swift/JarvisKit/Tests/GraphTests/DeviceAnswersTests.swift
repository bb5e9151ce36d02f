import Graph
import Models
import Testing

@testable import DeviceData

@Suite struct ReadingAnswersAboutDevices {
  @Test(arguments: ["full", "bare"]) func whatDevicesSendIsAnswered(fullness: String) throws {
    for name in ["IngestHealthSamples", "IngestCalendarEvents", "IngestReminders"] {
      _ = try Answer(data: Payload(answer(name, fullness)).value).read(as: Ingested.self)
    }
    for name in ["ConnectDeviceProvider", "UpdateConnection"] {
      let changed = try Answer(data: Payload(answer(name, fullness)).value).read(as: DeviceConnections.Changed.self)
      #expect((changed.connection == nil) == (fullness == "bare"), "\(name)")
    }
    _ = try Payload(answer("Disconnect", fullness))
    _ = try answer("DeviceConnections", fullness).read(as: DeviceConnections.Known.self)
  }

  @Test func aConnectionSaysOfWhichDeviceItIs() throws {
    let known = try answer("DeviceConnections", "full").read(as: DeviceConnections.Known.self)
    let connection = try #require(known.viewer?.connections?.nodes.first)
    #expect(connection.device != nil)
    #expect(connection.provider.id.isEmpty == false)
  }
}
