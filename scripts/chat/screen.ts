import { createInterface } from 'node:readline';

/** Where the person reads and writes: a terminal, or pipes in the place of one. */
export interface Screen {
  write(text: string): void;
  /** A line by itself. */
  say(text: string): void;
  /** Goes on at the start of a line. */
  startLine(): void;
  /**
   * The next line that the person writes; null when there will be none.
   * @param options fresh: what was typed before the question is no answer to it; signal: ends the waiting
   */
  read(prompt: string, options?: { fresh?: boolean; signal?: AbortSignal }): Promise<string | null>;
  /** Takes Ctrl-C, until the returned function is called. */
  onInterrupt(handler: () => void): () => void;
  close(): void;
}

/** What a terminal would take for a command of its own: what models and other people write must not move the cursor. */
const commands = /(?![\n\t])\p{Cc}/gu;

export function openScreen(): Screen {
  const { stdin, stdout } = process;
  const isTerminal = Boolean(stdin.isTTY && stdout.isTTY);
  const lines: string[] = [];
  const handlers: (() => void)[] = [];
  let atStart = true;
  let hasEnded = false;
  let waiting: ((line: string | null) => void) | null = null;
  const settle = (line: string | null) => {
    const answer = waiting;
    waiting = null;
    answer?.(line);
  };
  /** A terminal shows what is typed; where there is none, the answer stands beside its question all the same. */
  const shown = (line: string | null) => {
    if (!isTerminal && line !== null) write(`${line}\n`);
    return line;
  };
  const readline = createInterface({ input: stdin, output: stdout, terminal: isTerminal });
  readline.on('line', (line) => {
    if (isTerminal) atStart = true;
    if (waiting) settle(line);
    else lines.push(line);
  });
  readline.on('close', () => {
    hasEnded = true;
    settle(null);
  });
  const interrupt = () => handlers.at(-1)?.();
  readline.on('SIGINT', interrupt);
  process.on('SIGINT', interrupt);

  const write = (text: string) => {
    if (text === '') return;
    stdout.write(text.replace(commands, ''));
    atStart = text.endsWith('\n');
  };
  const startLine = () => {
    if (!atStart) write('\n');
  };
  return {
    write,
    startLine,
    say(text) {
      startLine();
      write(`${text}\n`);
    },
    async read(prompt, { fresh = false, signal } = {}) {
      if (fresh && isTerminal) lines.length = 0;
      startLine();
      const line = lines.shift();
      if (line === undefined && hasEnded) return null;
      readline.setPrompt(prompt);
      readline.prompt();
      atStart = false;
      if (line !== undefined) return shown(line);
      if (signal?.aborted) return null;
      return new Promise((done) => {
        waiting = (answer) => done(shown(answer));
        signal?.addEventListener('abort', () => settle(null), { once: true });
      });
    },
    onInterrupt(handler) {
      handlers.push(handler);
      return () => {
        handlers.splice(handlers.lastIndexOf(handler), 1);
      };
    },
    close() {
      process.off('SIGINT', interrupt);
      readline.close();
    },
  };
}
