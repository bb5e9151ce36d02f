import Foundation
import Graph
import Models
import Testing

@testable import Features

@Suite struct SettingsAnswers {
  @Test(arguments: ["full", "bare"]) func everyScreenReadsItsAnswer(fullness: String) throws {
    _ = try answer("Settings", fullness).read(as: SettingsValue.self)
    _ = try answer("ConsentHistory", fullness).read(as: ConsentHistoryValue.self)
    _ = try answer("DataExports", fullness).read(as: DataExportsValue.self)
    _ = try answer("ServerInfo", fullness).read(as: ServerInfoValue.self)
    _ = try answer("Connections", fullness).read(as: ConnectionsValue.self)
    _ = try answer("ConnectionDetail", fullness).read(as: ConnectionDetailValue.self)
    _ = try answer("ProgressMappings", fullness).read(as: ProgressMappingsValue.self)
    _ = try answer("HealthMetrics", fullness).read(as: HealthMetricsValue.self)
    _ = try answer("Webhooks", fullness).read(as: WebhooksValue.self)
    _ = try answer("WebhookDeliveries", fullness).read(as: WebhookDeliveriesValue.self)
    _ = try answer("DataExportAddress", fullness).read(as: DataExportsModel.Address.self)
  }

  @Test func whatAScreenShowsIsThere() throws {
    let settings = try #require(try answer("Settings", "full").read(as: SettingsValue.self).viewer)
    #expect(settings.sessions?.count == 1)
    #expect(settings.apiKeys?.first?.prefix.isEmpty == false)
    #expect(settings.aiConsents?.first?.dataClass == .messages)
    #expect(settings.deletion != nil)
    #expect(try answer("Connections", "full").read(as: ConnectionsValue.self).connections.first?.provider.kind == .device)
    #expect(try answer("DataExportAddress", "full").read(as: DataExportsModel.Address.self).node?.downloadUrl != nil)
  }

  @Test func whatWasSavedIsRead() throws {
    func saved<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
      try Answer(data: payload(name, "full")).read(as: type)
    }
    _ = try saved("UpdateProfile", as: SettingsModel.Saved.self)
    _ = try saved("UpdateSettings", as: SettingsModel.Saved.self)
    _ = try saved("RevokeOtherSessions", as: SettingsModel.Revoked.self)
    _ = try saved("CreateApiKey", as: NewApiKey.self)
    _ = try saved("RevokeApiKey", as: SettingsModel.RevokedKey.self)
    _ = try saved("RequestAccountDeletion", as: SettingsModel.Asked.self)
    _ = try saved("ConfirmAccountDeletion", as: SettingsModel.Confirmed.self)
    _ = try saved("RequestDataExport", as: DataExportsModel.Requested.self)
    for name in ["CompleteConnection", "ConnectDeviceProvider", "SyncConnection", "UpdateConnection"] {
      _ = try saved(name, as: ConnectionsModel.Connected.self)
    }
    for name in ["ConnectWebhookProvider", "RotateIncomingSecret"] {
      #expect(try saved(name, as: ConnectionsModel.NewIncoming.self).secret != nil)
    }
    #expect(try saved("ConnectWebhookProvider", as: ConnectionsModel.NewIncoming.self).incomingAddress != nil)
    for name in ["CreateProgressMapping", "UpdateProgressMapping"] { _ = try saved(name, as: ProgressMappingsModel.Saved.self) }
    _ = try saved("UpdateWebhook", as: WebhooksModel.Saved.self)
  }

  @Test(arguments: ["full", "bare"]) func everyOtherPayloadIsRead(fullness: String) throws {
    for name in [
      "RevokeSession", "RemoveDevice", "WithdrawAiConsent", "CancelAccountDeletion", "Disconnect", "DeleteProgressMapping", "PingWebhook",
      "DeleteWebhook",
    ] { _ = try payload(name, fullness) }
    _ = try #require(try answer("SyncStatus", fullness).data["syncStatus"]).read(as: SyncEvent.self)
  }
}
