import Features
import Foundation
import Graph
import Models
import Persistence
import Testing

extension EndToEnd {
  /// Waits until something is so; not for longer than 30 seconds.
  @MainActor func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    for _ in 0..<300 {
      if try await condition() { return true }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  func parts(_ device: Device) -> Parts { Parts(graph: device.graph, store: MemoryStore(), surroundings: .live) }

  @MainActor @Test func aReplyGoesOnAfterLostConnectionsAndAProposalIsApproved() async throws {
    let (phone, mac) = try await pair()
    await phone.sync()
    let goal = try await phone.engine.createGoal(["title": "Reading", "kind": "NUMERIC", "unit": "pages", "targetValue": "500"])
    await phone.sync()
    phone.network.cut(after: 1)
    let chat = parts(phone).chat()
    chat.draft = "Log 12 pages for Reading"
    let asking = Task { await chat.send() }
    #expect(await eventually { chat.reply?.waitsForPerson == true })
    let proposal = try #require(chat.messages.last?.proposals.first)
    say("chat: proposes \"\(proposal.title)\" \(proposal.details.map { "\($0.name) = \($0.value)" })")

    // The same conversation on the other device, where the person approves.
    let there = parts(mac).chat(chat.conversationID)
    let following = Task { await there.open() }
    #expect(await eventually { there.messages.last?.proposals.first == proposal })
    phone.network.cut(after: 1)
    await there.approve(proposal)
    await asking.value
    await following.value
    #expect(chat.replyProblem == nil)
    #expect(chat.messages.last?.status == .complete)
    #expect(chat.messages.last?.toolCalls.first { $0.id == proposal.id }?.state == .done)
    #expect(there.messages == chat.messages)
    say("chat: approved on the mac; both read \"\(chat.messages.last?.content ?? "")\"")
    await phone.sync()
    #expect(try await phone.engine.object(goal)?.data["currentValue"] == "12")
  }

  @MainActor @Test func whatIsSaidOfflineIsSentOnceAndConversationsAreKept() async throws {
    let (phone, mac) = try await pair()
    let parts = parts(phone)
    phone.network.set(on: false)
    let chat = parts.chat()
    chat.draft = "What is due today?"
    await chat.send()
    #expect(chat.delivery == .failed(.offline))
    say("chat, offline: \"\(chat.outgoing?.content ?? "")\" waits on the phone")
    phone.network.set(on: true)
    let again = parts.chat()
    await again.open()
    #expect(again.outgoing == nil)
    #expect(again.messages.map(\.role) == [.user, .assistant])
    #expect(again.messages.last?.status == .complete)
    let conversation = try #require(again.conversationID)

    let question = try #require(again.messages.first)
    again.edit(question)
    again.draft = "Show my goals"
    await again.send()
    #expect(again.messages.first?.branch?.count == 2)
    await again.regenerate(try #require(again.messages.last?.id))
    #expect(again.messages.last?.branch?.number == 2)
    await again.show(question.id)
    #expect(again.messages.first?.content == "What is due today?")
    let fork = try #require(await again.fork(at: question.id))
    say("chat: said differently, answered anew, shown as it was, forked")

    let list = self.parts(mac).conversations()
    await list.list.open()
    #expect(list.list.screen.value?.rows.map(\.id) == [fork, conversation])
    await list.rename(conversation, to: "Today")
    await list.archive(conversation)
    await list.delete(fork)
    #expect(list.work.problem == nil)
    #expect(list.list.screen == .empty)
    let archive = self.parts(mac).conversations(archived: true)
    await archive.list.open()
    #expect(archive.list.screen.value?.rows.map(\.title) == ["Today"])
    let search = self.parts(mac).messageSearch()
    search.text = "due today"
    await search.search()
    #expect(search.results?.screen.value?.matches.map(\.message.conversation.id) == [conversation])
    say("conversations: renamed, put away, deleted, found by \"due today\"")
  }

  @MainActor @Test func theAssistantIsSetAndRemembers() async throws {
    let (phone, _) = try await pair()
    let parts = parts(phone)
    let consent = parts.aiConsent()
    #expect(await consent.mustAsk() == false, "Only the assistant of this server answers in development.")
    #expect(await consent.decline())
    let assistant = parts.assistant()
    await assistant.list.open()
    #expect(assistant.settings?.provider == "local")
    await assistant.choose(nil)
    await assistant.setRetrieval(false)
    await assistant.setAllowed("LogProgress", true)
    #expect(assistant.work.problem == nil)
    #expect(assistant.settings?.allowedTools == ["LogProgress"])
    #expect(assistant.settings?.retrieval == false)

    let memories = parts.memories()
    await memories.list.open()
    #expect(memories.list.screen == .empty)
    let editor = memories.editor()
    editor.text = "Answer briefly."
    editor.kind = .instruction
    #expect(await editor.save())
    editor.text = "Answer very briefly."
    #expect(await editor.save())
    let memory = try #require(memories.memories.first)
    await memories.setEnabled(memory, false)
    await memories.list.refresh()
    #expect(memories.memories.map(\.enabled) == [false])
    await memories.delete(memory)
    #expect(memories.list.screen == .empty)
    #expect(memories.work.problem == nil)

    let answered = try await Actions(
      engine: phone.engine, graph: phone.graph, day: today, surroundings: .live
    ).ask("How am I doing?", within: 30)
    #expect(!answered.text.isEmpty)
    say("asked outside of the app: \"\(answered.text)\"")
    let ledger = parts.aiLedger()
    await ledger.open()
    let call = try #require(ledger.screen.value?.calls.first)
    say("ledger: \(call.purpose), \(call.provider) \(call.model), \(call.inputTokens) tokens sent")
    #expect(call.provider == "local")
  }
}
