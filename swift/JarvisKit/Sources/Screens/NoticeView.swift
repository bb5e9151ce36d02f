import Design
import Features
import SwiftUI

struct ProblemView: View {
  let problem: Problem
  @State private var opened = 0
  var body: some View {
    VStack(alignment: .leading) {
      Text("Offline \(opened)")
      if problem == .offline { Text(verbatim: "x") }
    }
    .padding(Spacing.small)
  }
}
