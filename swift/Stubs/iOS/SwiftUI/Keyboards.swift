import UIKit

extension View {
  nonisolated public func keyboardType(_ type: UIKeyboardType) -> some View { self }
}
