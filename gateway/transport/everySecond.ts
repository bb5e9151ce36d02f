/** Runs something every second, without keeping the process alive. Returns what ends that. */
export function everySecond(work: () => void): () => void {
  const timer = setInterval(work, 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
