import Foundation
import Graph
import Models
import Testing

@testable import Features

@Suite struct ChatAnswers {
  @Test(arguments: ["full", "bare"]) func everyScreenReadsItsAnswer(fullness: String) throws {
    _ = try answer("Conversations", fullness).read(as: ConversationsValue.self)
    _ = try answer("Conversation", fullness).read(as: ConversationValue.self)
    _ = try answer("SearchMessages", fullness).read(as: FoundValue.self)
    _ = try answer("Assistant", fullness).read(as: AssistantValue.self)
    _ = try answer("Memories", fullness).read(as: MemoriesValue.self)
    _ = try answer("AiLedger", fullness).read(as: AiLedgerValue.self)
    _ = try answer("ReplyDetail", fullness).read(as: ReplyDetailValue.self)
  }

  @Test(arguments: ["full", "bare"]) func everyStreamReadsItsEvents(fullness: String) throws {
    _ = try answer("MessageStream", fullness).read(as: DeltaAnswer.self)
    _ = try answer("ChatMessage", fullness).read(as: ChatNews<ConversationRow>.self)
    _ = try answer("ChatMessage", fullness).read(as: ChatNews<Message.Reference>.self)
  }

  @Test(arguments: ["full", "bare"]) func everyChangeReadsItsPayload(fullness: String) throws {
    for name in ["SendMessage", "EditMessage", "AddNote", "CreateConversation"] {
      _ = try Answer(data: payload(name, fullness)).read(as: ChatModel.Sent.self)
    }
    for name in ["ApproveToolCall", "RejectToolCall"] { _ = try Answer(data: payload(name, fullness)).read(as: ChatModel.Decided.self) }
    _ = try Answer(data: payload("StopMessage", fullness)).read(as: ChatModel.Stopped.self)
    _ = try Answer(data: payload("RegenerateMessage", fullness)).read(as: ChatModel.Again.self)
    _ = try Answer(data: payload("ForkConversation", fullness)).read(as: ChatModel.Forked.self)
    for name in ["UpdateConversation", "DeleteConversation", "GrantAiConsent", "WithdrawAiConsent", "DeleteMemory"] {
      _ = try payload(name, fullness)
    }
  }

  @Test func whatWasSavedIsRead() throws {
    for name in ["CreateMemory", "UpdateMemory"] {
      #expect(try Answer(data: payload(name, "full")).read(as: MemoriesModel.Saved.self).memory.kind == .fact)
    }
    _ = try #require(payload("UpdateAssistantSettings", "full")["settings"]).read(as: AssistantSettings.self)
  }

  @Test func whatStaysUnderstoodIsReadWhole() throws {
    let delta = try #require(try answer("MessageStream", "full").read(as: DeltaAnswer.self).messageStream)
    #expect(delta.kind == .text)
    #expect(delta.toolCall?.state == .proposed)
    let call = try #require(try answer("AiLedger", "full").read(as: AiLedgerValue.self).calls.first)
    #expect(call.cost.description == "12.5")
    #expect(call.outcome == .pending)
  }
}
