import Design
import Features
import SwiftUI

extension ReplyEnd {
  /// Why a reply ended before everything was said, and what can be done; nil where there is nothing to say.
  var words: Text? {
    switch self {
    case .finished, .stopped, .unknown: nil
    case .length: Text("The answer became too long and was cut off. Ask Jarvis to go on.")
    case .refusal: Text("The assistant did not want to answer this.")
    case .limit: Text("The assistant had done as much as one answer may. Ask Jarvis to go on.")
    case .budget: Text("Today's budget for the assistant is used up. Tomorrow there is a new one.")
    case .noConsent: Text("Nobody may get your messages any more. Say in the assistant's settings who may.")
    case .unavailable: Text("No assistant could be reached. Try again later.")
    case .interrupted: Text("Jarvis was interrupted. Ask again.")
    }
  }
}

extension ToolState {
  var words: Text {
    switch self {
    case .proposed: Text("Waits for your word")
    case .approved: Text("Approved")
    case .rejected: Text("Rejected")
    case .superseded: Text("Not done, you went on")
    case .running: Text("Running…")
    case .done: Text("Done")
    case .failed: Text("Did not work")
    case .unknown: Text("Unknown state")
    }
  }

  var symbol: String {
    switch self {
    case .proposed: "hand.raised"
    case .approved, .running: "clock"
    case .rejected, .superseded: "xmark.circle"
    case .done: "checkmark.circle"
    case .failed: "exclamationmark.triangle"
    case .unknown: "questionmark.circle"
    }
  }

  var tint: Color {
    switch self {
    case .proposed: Palette.accent
    case .done: Palette.good
    case .failed: Palette.bad
    default: Palette.calm
    }
  }
}

extension DataClass {
  var title: Text {
    switch self {
    case .messages: Text("Messages")
    case .goals: Text("Goals and progress")
    case .health: Text("Health")
    case .finance: Text("Money")
    case .communication: Text("Mail and calendar")
    case .research: Text("Research")
    case .unknown: Text("Other data")
    }
  }

  /// What belongs to it.
  var words: Text {
    switch self {
    case .messages: Text("What you write to the assistant, and what it remembers about you. Without this it cannot answer.")
    case .goals: Text("Your life areas, goals and what you log.")
    case .health: Text("Measurements, for example steps, sleep and weight.")
    case .finance: Text("Accounts and transactions.")
    case .communication: Text("E-mails and events of connected accounts.")
    case .research: Text("Results of research and their sources.")
    case .unknown: Text("Data that this version of the app does not know.")
    }
  }
}

extension WritingTool {
  var title: Text {
    switch self {
    case .logProgress: Text("Log progress")
    case .createGoal: Text("Create goals")
    case .updateGoal: Text("Change goals")
    case .completeGoal: Text("Complete goals")
    case .skipDay: Text("Skip days")
    case .createReminder: Text("Create reminders")
    case .remember: Text("Remember something")
    case .triggerResearch: Text("Start research")
    }
  }
}

extension MemoryKind {
  var title: Text {
    switch self {
    case .fact: Text("Fact")
    case .preference: Text("Preference")
    case .instruction: Text("Instruction")
    case .episode: Text("Experience")
    case .unknown: Text("Something else")
    }
  }
}

extension AiPurpose {
  var title: Text {
    switch self {
    case .reply: Text("Answer")
    case .summary: Text("Summary of a conversation")
    case .insight: Text("Insight")
    case .research: Text("Research")
    case .unknown: Text("Something else")
    }
  }
}

extension AiOutcome {
  /// What went wrong; nil when nothing did.
  var words: Text? {
    switch self {
    case .ok: nil
    case .pending: Text("Running…")
    case .stopped: Text("Stopped")
    case .lost, .protocolBroken: Text("The answer was lost")
    case .rateLimited, .overloaded: Text("Had too much to do")
    case .unavailable, .timeout: Text("Could not be reached")
    case .rejected: Text("Was refused")
    case .unknown: Text("Unknown state")
    }
  }
}

extension ContextKind {
  var title: Text {
    switch self {
    case .instructions: Text("Instructions")
    case .tools: Text("Tools")
    case .memory: Text("Memory")
    case .summary: Text("Summary of a conversation")
    case .message: Text("Message")
    case .object: Text("What it is about")
    case .retrieved: Text("Found")
    case .unknown: Text("Something else")
    }
  }
}

extension ContextOmission {
  var words: Text {
    switch self {
    case .noRoom: Text("Left out: no room")
    case .noConsent: Text("Left out: you did not allow that")
    case .summarised: Text("Left out: it is in the summary")
    case .unknown: Text("Left out")
    }
  }
}
