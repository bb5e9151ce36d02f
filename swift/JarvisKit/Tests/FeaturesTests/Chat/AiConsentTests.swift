import Foundation
import Graph
import Models
import Testing

@testable import Features

private typealias Scene = ChatScene

@MainActor @Suite struct AiConsents {
  let scene = ChatScene()

  func opened(consented: [String] = [], chosen: String? = nil) async throws -> (AiConsentModel, AiProvider) {
    await scene.hasProviders(consented: consented, chosen: chosen)
    let model = scene.parts.aiConsent()
    await model.open()
    for name in ["GrantAiConsent", "WithdrawAiConsent", "UpdateAssistantSettings"] { await scene.answers(name, ["consents": []]) }
    return (model, try #require(model.list.screen.value?.recipients.first))
  }

  @Test func nothingIsSentBeforeThePersonWasAsked() async {
    await scene.hasProviders()
    await scene.takes()
    scene.replies.tell(Scene.delta(1, "END", ["status": "COMPLETE"]))
    let chat = scene.parts.chat()
    chat.draft = "Hi"
    await chat.send()
    #expect(chat.asksConsent)
    #expect(chat.draft == "Hi")
    #expect(await scene.count("SendMessage") == 0)
    await scene.answers("UpdateAssistantSettings", ["settings": Scene.settings(provider: "local")])
    #expect(await chat.consent.decline())
    chat.asksConsent = false
    await chat.send()
    #expect(!chat.asksConsent)
    #expect(await scene.count("SendMessage") == 1)
  }

  @Test func anAnswerIsNotMadeAnewBeforeThePersonWasAskedEither() async {
    await scene.hasProviders()
    let chat = scene.parts.chat(ObjectID("conversation_1"))
    await chat.regenerate(ObjectID("message_2"))
    #expect(chat.asksConsent)
    #expect(await scene.count("RegenerateMessage") == 0)
  }

  @Test func aNoteGoesToNobody() async {
    await scene.hasProviders()
    await scene.has([])
    await scene.answers("AddNote", ["message": Scene.message(1, "Mine")])
    let chat = scene.parts.chat(ObjectID("conversation_1"))
    await chat.open()
    chat.draft = "Mine"
    await chat.send(asNote: true)
    #expect(!chat.asksConsent)
    #expect(await scene.count("AddNote") == 1)
  }

  @Test func whoHasAnsweredIsNotAskedAgain() async {
    await scene.hasProviders(consented: ["MESSAGES"])
    #expect(await scene.parts.aiConsent().mustAsk() == false)
    // A consent that does not let it answer is none for that.
    await scene.hasProviders(consented: ["GOALS"])
    #expect(await scene.parts.aiConsent().mustAsk())
    await scene.hasProviders(chosen: "local")
    #expect(await scene.parts.aiConsent().mustAsk() == false)
    await scene.hasProviders(chosen: "openai")
    #expect(await scene.parts.aiConsent().mustAsk())
    await scene.hasProviders(history: [Scene.consent(1, withdrawn: true)])
    #expect(await scene.parts.aiConsent().mustAsk() == false)
  }

  @Test func whereNobodyCanBeAskedTheServerDecides() async {
    #expect(await ChatScene().parts.aiConsent().mustAsk() == false)
    await scene.script.set(
      "Assistant",
      .success(["aiProviders": [["name": "local", "model": "m", "isLocal": true, "consentedClasses": [], "available": true]]]))
    let model = scene.parts.aiConsent()
    #expect(await model.mustAsk() == false)
    #expect(model.list.screen.value?.answering?.name == "local")
  }

  @Test func whatIsAllowedIsExactlyWhatWasChosen() async throws {
    let (model, provider) = try await opened(consented: ["MESSAGES", "HEALTH"])
    #expect(await model.allow(provider, [.messages, .goals, .research, .unknown]))
    #expect(await scene.sent("WithdrawAiConsent") == [["provider": "openai", "dataClasses": ["HEALTH"]]])
    #expect(
      await scene.sent("GrantAiConsent") == [
        ["provider": "openai", "dataClasses": ["GOALS", "RESEARCH"], "disclosureVersion": "app-1"]
      ])
    #expect(await scene.count("UpdateAssistantSettings") == 0)
    #expect(await scene.count("Assistant") == 2)
  }

  @Test func withoutMessagesAProviderCannotAnswer() async throws {
    let (model, provider) = try await opened(chosen: "local")
    await model.history.open()
    #expect(await model.allow(provider, [.goals]))
    #expect(await scene.sent("GrantAiConsent").first?["dataClasses"] == ["MESSAGES", "GOALS"])
    #expect(await scene.count("WithdrawAiConsent") == 0)
    // Who had Jarvis answer alone until now, hears the one they allowed it.
    #expect(await scene.sent("UpdateAssistantSettings") == [["provider": "openai"]])
    #expect(await scene.count("ConsentHistory") == 2)
    #expect(await model.mustAsk() == false)
  }

  @Test func allIsWithdrawn() async throws {
    let (model, provider) = try await opened(consented: ["MESSAGES", "FUTURE"])
    #expect(await model.withdraw(provider))
    #expect(await scene.sent("WithdrawAiConsent") == [["provider": "openai"]])
    #expect(await scene.count("GrantAiConsent") == 0)
    // What is allowed under a name that this app does not know stays, where only others are chosen.
    #expect(await model.allow(provider, [.messages]))
    #expect(await scene.count("WithdrawAiConsent") == 1)
  }

  @Test func aConsentThatWasNotTakenIsNone() async throws {
    let (model, provider) = try await opened()
    await scene.refuses("GrantAiConsent", "INVALID", "No such provider.")
    #expect(await !model.allow(provider, [.messages]))
    #expect(model.work.problem == .refused("No such provider."))
    #expect(await model.mustAsk())
    await scene.refuses("UpdateAssistantSettings", "INVALID", "No.")
    #expect(await !model.decline())
    #expect(await model.mustAsk())
  }

  @Test func whoDeclinesHasJarvisAnswerOnEveryDevice() async throws {
    let (model, _) = try await opened()
    #expect(await model.decline())
    #expect(await scene.sent("UpdateAssistantSettings") == [["provider": "local"]])
    #expect(model.list.screen.value?.answering?.isLocal == true)
    #expect(await model.mustAsk() == false)
    // Where there is nobody but them, nothing is sent to anybody without a consent.
    let none = ChatScene().parts.aiConsent()
    #expect(await none.decline())
  }
}

@MainActor @Suite struct AssistantSettingsScreen {
  let scene = ChatScene()

  func opened(tools: [String] = []) async -> AssistantModel {
    await scene.hasProviders(consented: ["MESSAGES"], tools: tools)
    let model = scene.parts.assistant()
    await model.list.open()
    return model
  }

  @Test func whatIsChosenCountsAtOnce() async {
    let model = await opened()
    #expect(model.list.screen.value?.answering?.name == "openai")
    #expect(model.list.screen.value?.viewer?.aiBudget?.usedPart == 0.25)
    await scene.answers("UpdateAssistantSettings", ["settings": Scene.settings(provider: "local", version: 2)])
    await model.choose("local")
    #expect(model.list.screen.value?.answering?.name == "local")
    await scene.answers("UpdateAssistantSettings", ["settings": Scene.settings(retrieval: false, version: 3)])
    await model.setRetrieval(false)
    await model.choose(nil)
    #expect(await scene.sent("UpdateAssistantSettings") == [["provider": "local"], ["retrieval": false], ["provider": nil]])
    #expect(model.settings?.retrieval == false)
  }

  @Test func whatTheServerRefusesGoesBack() async {
    let model = await opened(tools: ["Remember"])
    await scene.refuses("UpdateAssistantSettings", "FORBIDDEN", "Consent first.")
    await model.choose("local")
    #expect(model.settings?.provider == nil)
    #expect(model.work.problem == .refused("Consent first."))
    await model.setAllowed("Remember", false)
    #expect(model.settings?.allowedTools == ["Remember"])
  }

  @Test func aToolIsAllowedAndForbidden() async {
    let model = await opened(tools: ["Remember", "BrandNew"])
    #expect(model.unknownTools == ["BrandNew"])
    await model.setAllowed("Remember", true)
    #expect(await scene.count("UpdateAssistantSettings") == 0)
    await scene.answers("UpdateAssistantSettings", ["settings": Scene.settings(tools: ["BrandNew"], version: 2)])
    await model.setAllowed("Remember", false)
    #expect(await scene.sent("UpdateAssistantSettings") == [["allowedTools": ["BrandNew"], "expectedVersion": 1]])
    #expect(model.settings?.allowedTools == ["BrandNew"])
  }

  @Test func whatAnotherDeviceAllowedStays() async {
    let model = await opened()
    await scene.script.set(
      "UpdateAssistantSettings",
      .success([
        "updateAssistantSettings": [
          "settings": Scene.settings(tools: ["SkipDay"], version: 5),
          "errors": [["code": "CONFLICT", "message": "Changed.", "path": []]],
        ]
      ]))
    await model.setAllowed("LogProgress", true)
    let sent = await scene.sent("UpdateAssistantSettings")
    #expect(sent.map { $0["expectedVersion"] } == [1, 5, 5])
    #expect(sent[1]["allowedTools"] == ["SkipDay", "LogProgress"])
    // Where that goes on, what is so is shown.
    #expect(model.settings?.allowedTools == ["SkipDay"])
    await model.choose("local")
    #expect(model.settings?.version == 5)
  }

  @Test func nothingIsSetBeforeItIsKnown() async {
    let model = scene.parts.assistant()
    await model.choose("local")
    await model.setAllowed("Remember", true)
    #expect(model.unknownTools.isEmpty)
    #expect(await scene.script.requests.isEmpty)
  }

  @Test func aBudgetOfNothingIsUsedUp() throws {
    let json: JSONValue = ["limit": "0", "spent": "0", "calls": 0, "inputTokens": 0, "outputTokens": 0]
    #expect(try json.read(as: AiBudget.self).usedPart == 1)
  }
}
