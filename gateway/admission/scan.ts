import { GraphQLError, Lexer, type Source, TokenKind } from 'graphql';
import { exceeded, type Limits } from './limits.ts';

/**
 * Reads a document's tokens before it is parsed, so that neither its length nor its brackets can hurt the parser, which
 * calls itself for each level.
 * @returns the number of tokens.
 * @throws GraphQLError for what passes a limit, or is no token.
 */
export function scan(source: Source, limits: Limits): number {
  const bytes = Buffer.byteLength(source.body);
  if (bytes > limits.bytes) throw exceeded(limits, 'bytes', bytes, 'The document');
  const lexer = new Lexer(source);
  let tokens = 0;
  let open = 0;
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
    const place = { source, positions: [token.start] };
    if (++tokens > limits.tokens) throw exceeded(limits, 'tokens', tokens, 'The document', place);
    if (token.kind === TokenKind.NAME) {
      // Under this name a value becomes the prototype of whatever object it is put into.
      if (token.value === '__proto__') throw new GraphQLError('"__proto__" is no name to use here.', place);
    } else if (opening.has(token.kind)) {
      if (++open > limits.nesting) throw exceeded(limits, 'nesting', open, 'The document', place);
    } else if (closing.has(token.kind)) open--;
  }
  return tokens;
}

const opening: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);
