/**
 * What the assistant asks of a language model, and what it hears of one: the one interface that OpenAI, Anthropic, compatible
 * endpoints and the built-in assistant share.
 */
export interface Provider {
  /** The recipient of the data, as consents name it: `openai`, `anthropic`, `local` … */
  readonly name: string;
  /** The model, as it is called there. */
  readonly model: string;
  /** Tokens that a request and its answer may have together. */
  readonly contextWindow: number;
  /** Most tokens of one answer. */
  readonly maxOutput: number;
  /** Whether data stays on this machine: then nobody's consent is needed, and nothing is charged. */
  readonly isLocal: boolean;
  /** Whether the provider searches the web itself when a request lets it (`webSearches`). */
  readonly searchesWeb?: boolean;
  /** Whether the model can call tools; found out by asking it once where it is not known. */
  supportsTools(signal: AbortSignal): Promise<boolean>;
  /**
   * One answer, as it is written. Ends after `end`. Aborting the signal ends the request upstream at once.
   * @throws ProviderError for whatever goes wrong there, before the first event or after some.
   */
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<ProviderEvent>;
}

export interface ProviderRequest {
  /** What the model is and must do. */
  readonly system: string;
  /** What is so now; the text of `system` says it too, for those who only read. */
  readonly facts: RequestFacts;
  /** The talk so far, oldest first. The last one is the user's, or results of tools. */
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolDefinition[];
  readonly maxOutputTokens: number;
  /** Searches of the web that the provider may make for this answer, on its side. For whoever `searchesWeb`, and without other tools. */
  readonly webSearches?: number;
}

export interface RequestFacts {
  readonly now: Date;
  /** IANA name of the person's zone. */
  readonly timeZone: string;
  /** `YYYY-MM-DD` of the person's day, which may begin later than midnight. */
  readonly today: string;
}

export type Turn =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolRequest[] }
  /** The results of all tools that the assistant's turn before asked for, in the same order. */
  | { readonly role: 'tools'; readonly results: readonly ToolResult[] };

export interface ToolRequest {
  /** As the model named it; unique in one answer. */
  readonly id: string;
  readonly name: string;
  /** JSON as the model wrote it: it may be malformed. */
  readonly arguments: string;
}

export interface ToolResult {
  readonly id: string;
  readonly name: string;
  /** JSON text. */
  readonly content: string;
  readonly isError: boolean;
}

export interface ToolDefinition {
  readonly name: string;
  /** For the model: what it does and when to use it. */
  readonly description: string;
  /** JSON Schema of the arguments object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export type ProviderEvent =
  | { readonly kind: 'text'; readonly text: string }
  /** A call that is complete. */
  | { readonly kind: 'toolCall'; readonly call: ToolRequest }
  /** What a search of the web found, as the search says it, not the model. */
  | { readonly kind: 'found'; readonly pages: readonly FoundPage[] }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'end'; readonly reason: EndReason };

export interface FoundPage {
  readonly url: string;
  /** Empty where the search does not say it. */
  readonly title: string;
}

/** Tokens, cumulative for this answer. `cachedInput` and `cacheWrites` are parts of `input`. */
export interface Usage {
  readonly input: number;
  /** Read from the provider's cache: cheaper than other input. */
  readonly cachedInput: number;
  /** Written to the provider's cache, where it says so: dearer than other input. */
  readonly cacheWrites?: number;
  readonly output: number;
  /** Searches of the web, which are charged beside the tokens. */
  readonly webSearches?: number;
}

export type EndReason = 'STOP' | 'LENGTH' | 'TOOL_CALLS' | 'REFUSAL';

/**
 * RATE_LIMITED 429 · OVERLOADED 503, 529 · UNAVAILABLE not reachable, 5xx, connection cut · TIMEOUT nothing came for too long ·
 * REJECTED wrong key, no money, unknown model, request refused: asking again does not help · PROTOCOL an answer that makes no sense.
 */
export type ProviderErrorCode = 'RATE_LIMITED' | 'OVERLOADED' | 'UNAVAILABLE' | 'TIMEOUT' | 'REJECTED' | 'PROTOCOL';

/** A provider failed. The message is for our log: it may hold what the provider said, and is never shown to clients. */
export class ProviderError extends Error {
  override name = 'ProviderError';
  readonly code: ProviderErrorCode;
  /** Seconds after which the provider wants to be asked again, where it said so. */
  readonly retryAfter: number | null;
  constructor(code: ProviderErrorCode, message: string, retryAfter: number | null = null) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
