import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { ErrorCode } from '../../subgraphs/shared/errors.ts';
import type { OperationRequest } from '../admission/operation.ts';

/**
 * The operation that an HTTP request carries: the JSON body of a POST, or the parameters of a GET's address.
 * @throws GraphQLError with `extensions.http.status` 400, 405, 413 or 415.
 */
export async function readOperation(request: IncomingMessage, limit: number): Promise<OperationRequest> {
  switch (request.method) {
    case 'POST':
      return readJson(request, limit);
    case 'GET':
      return readParameters(request.url ?? '');
    default:
      throw refuse(405, 'BAD_USER_INPUT', 'The graph is asked by POST, or by GET for queries.');
  }
}

async function readJson(request: IncomingMessage, limit: number): Promise<OperationRequest> {
  const { 'content-type': type = '', 'content-encoding': encoding, 'content-length': length } = request.headers;
  // A body that nobody reads: the connection is closed after the answer (`shouldKeepAlive`) instead of reading it to its end.
  if (!isJson(type)) throw refuse(415, 'BAD_USER_INPUT', 'The body must be sent as "content-type: application/json".');
  if (encoding && encoding.toLowerCase() !== 'identity')
    throw refuse(415, 'BAD_USER_INPUT', 'The body must be sent as it is, without a content-encoding.');
  if (length !== undefined && Number(length) > limit) throw tooLarge(limit);
  const body = await readBytes(request, limit);
  if (!isUtf8(body)) throw refuse(400, 'BAD_USER_INPUT', 'The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw refuse(400, 'BAD_USER_INPUT', 'The body is not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(400, 'BAD_USER_INPUT', 'The body must be one JSON object with a "query".');
  return value;
}

/** `application/json`, with no charset or with UTF-8, the only one that JSON has (RFC 8259). */
function isJson(type: string): boolean {
  if (type === 'application/json') return true;
  const [name = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  if (name !== 'application/json') return false;
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))?.slice('charset='.length);
  return charset === undefined || ['utf-8', 'utf8', '"utf-8"'].includes(charset);
}

function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // Who left while somebody found out who it is.
    if (request.destroyed) return reject(cutOff());
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) return void chunks.push(chunk);
      // The rest is for whoever refuses the request.
      request.off('data', take).pause();
      reject(tooLarge(limit));
    };
    request.on('data', take);
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on('error', () => reject(cutOff()));
    request.on('close', () => {
      if (!request.complete) reject(cutOff());
    });
  });
}

function readParameters(url: string): OperationRequest {
  const start = url.indexOf('?');
  const parameters = new URLSearchParams(start < 0 ? '' : url.slice(start));
  const text = (name: string) => parameters.get(name) ?? undefined;
  const json = (name: string): unknown => {
    const value = text(name);
    try {
      return value === undefined ? undefined : JSON.parse(value);
    } catch {
      throw refuse(400, 'BAD_USER_INPUT', `The parameter "${name}" is not JSON.`);
    }
  };
  return {
    query: text('query'),
    operationName: text('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

const cutOff = () => refuse(400, 'BAD_USER_INPUT', 'The body was cut off.');

const tooLarge = (limit: number) => refuse(413, 'PAYLOAD_TOO_LARGE', `A request may have at most ${limit} bytes.`);

const refuse = (status: number, code: ErrorCode, message: string) =>
  new GraphQLError(message, { extensions: { code, http: { status } } });
