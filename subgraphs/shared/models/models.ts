/** What is known of a model before it is asked anything. */
export interface ModelFacts {
  /** Tokens that a request and its answer may have together. */
  readonly contextWindow: number;
  /** Most tokens of one answer. */
  readonly maxOutput: number;
  /**
   * The model thinks before it answers unless it is told not to. Chat completions refuse tools together with thinking, and a person
   * who waits for the first word is better served without.
   */
  readonly mustNotReason?: boolean;
}

const window = (contextWindow: number, maxOutput: number) => ({ contextWindow, maxOutput });

/** By the beginning of the model's name; the longest that fits counts. From the providers' pages of models, November 2026. */
const known: Readonly<Record<string, ModelFacts>> = {
  'claude-': window(200_000, 8_192),
  'claude-fable-5': window(1_000_000, 128_000),
  'claude-mythos-5': window(1_000_000, 128_000),
  'claude-opus-4': window(200_000, 32_000),
  'claude-opus-5': window(1_000_000, 128_000),
  'claude-sonnet-4': window(200_000, 64_000),
  'claude-sonnet-5': window(1_000_000, 128_000),
  'claude-haiku-4': window(200_000, 64_000),
  'claude-haiku-5': window(1_000_000, 128_000),
  'gpt-4o': window(128_000, 16_384),
  'gpt-4.1': window(1_047_576, 32_768),
  'gpt-5': window(400_000, 128_000),
  'gpt-5.1': { ...window(400_000, 128_000), mustNotReason: true },
  'gpt-5.2': { ...window(400_000, 128_000), mustNotReason: true },
  'gpt-5.4': { ...window(400_000, 128_000), mustNotReason: true },
  'gpt-5.5': { ...window(1_050_000, 128_000), mustNotReason: true },
  'gpt-5.6': { ...window(1_050_000, 128_000), mustNotReason: true },
  'gpt-6': { ...window(1_050_000, 128_000), mustNotReason: true },
  o3: window(200_000, 100_000),
  'o4-mini': window(200_000, 100_000),
};

/** The facts of a model; for one that nobody here has heard of, what every hosted model manages. */
export function modelFacts(model: string): ModelFacts {
  const name = Object.keys(known)
    .filter((beginning) => model.startsWith(beginning))
    .sort((a, b) => b.length - a.length)[0];
  return name ? known[name]! : window(128_000, 4_096);
}
