import type { ToolResult } from '../../shared/models/provider.ts';
import type { Phrases } from './language/english/phrases.ts';
import { at, listAt, parseBeginning, parseJson, plain, textAt } from './values.ts';

/** What became of a call: data to go on with, or the sentence that ends the task. */
type Outcome = { readonly data: unknown } | { readonly sentence: string };

/** Reads a tool's result. Errors inside a payload count as much as those beside the data. */
export function outcomeOf(result: ToolResult, write: boolean, phrases: Phrases): Outcome {
  const json = contentOf(result.content);
  if (typeof json !== 'object' || json === null) {
    if (result.isError) return { sentence: write ? phrases.refused : phrases.failed };
    return { sentence: phrases.unreadable };
  }
  const data = at(json, 'data');
  if (data === undefined || data === null) {
    const messages = messagesOf(at(json, 'errors'));
    return {
      sentence:
        messages.length > 0 ? phrases.mistakes(messages) : write && result.isError ? phrases.refused : phrases.failed,
    };
  }
  const mistakes =
    typeof data === 'object' ? Object.values(data).flatMap((field) => messagesOf(at(field, 'errors'))) : [];
  return mistakes.length > 0 ? { sentence: phrases.mistakes(mistakes.slice(0, 5)) } : { data };
}

/** A result that was too long for a model comes as its beginning. */
function contentOf(content: string): unknown {
  const json = parseJson(content);
  const beginning = at(json, 'truncated') === true ? textAt(json, 'beginning') : null;
  return beginning === null ? json : parseBeginning(beginning);
}

const messagesOf = (errors: unknown): string[] =>
  listAt({ errors }, 'errors')
    .slice(0, 5)
    .flatMap((error) => plain(textAt(error, 'message') ?? '') || []);
