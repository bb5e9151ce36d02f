import { ProviderError, type ProviderEvent, type ToolRequest } from './provider.ts';

/** A piece of a call, as it comes. */
export interface Fragment {
  /** Which call of this answer it belongs to; not everybody says so. */
  readonly index?: number | null;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly arguments?: string | Readonly<Record<string, unknown>> | null;
}

const most = { calls: 128, characters: 1_048_576 };

/**
 * Puts calls of tools together from their fragments. Whose fragment it is follows from the index; without one, an id or a name that
 * is new begins the next call. Arguments may come in pieces, in one piece, or as an object.
 */
export class ToolCalls {
  readonly #calls: { index: number | null; id: string; name: string; arguments: string }[] = [];
  #characters = 0;

  add(fragment: Fragment): void {
    const { index = null, id, name } = fragment;
    const text =
      typeof fragment.arguments === 'object' && fragment.arguments !== null
        ? JSON.stringify(fragment.arguments)
        : (fragment.arguments ?? '');
    let call = index === null ? this.#calls.at(-1) : this.#calls.findLast((one) => one.index === index);
    const isAnother = id ? call?.id && call.id !== id : index === null && name && call?.name;
    if (!call || isAnother) {
      call = { index, id: '', name: '', arguments: '' };
      this.#calls.push(call);
    }
    call.id ||= id ?? '';
    call.name ||= name ?? '';
    call.arguments += text;
    this.#characters += text.length;
    if (this.#calls.length > most.calls || this.#characters > most.characters) {
      throw new ProviderError('PROTOCOL', 'calls of tools beyond all reason');
    }
  }

  /**
   * The calls, in their order, each with an id of its own.
   * @param wasCut whether the answer ended for its length: then the last call may be half a call, and is left out.
   */
  *events(wasCut: boolean): Generator<ProviderEvent & { kind: 'toolCall' }> {
    const seen = new Set<string>();
    for (const [position, { id, name, arguments: written }] of this.#calls.entries()) {
      const call: ToolRequest = {
        id: seen.has(id) || !id ? `call_${position + 1}` : id,
        name,
        arguments: written || '{}',
      };
      if (wasCut && position === this.#calls.length - 1 && !isJson(call.arguments)) return;
      if (!name) throw new ProviderError('PROTOCOL', 'a call of a tool without a name');
      seen.add(call.id);
      yield { kind: 'toolCall', call };
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
