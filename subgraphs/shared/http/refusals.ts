export type RefusalCode =
  | 'FORBIDDEN_ADDRESS'
  | 'FORBIDDEN_URL'
  | 'FORBIDDEN_HEADER'
  | 'ROBOTS'
  | 'TOO_LARGE'
  | 'TOO_SLOW'
  | 'TOO_MANY_REDIRECTS'
  | 'WRONG_TYPE'
  | 'UNREACHABLE'
  | 'HTTP_STATUS';

interface Details {
  /** The status that was answered, where one was. */
  status?: number;
  /** From when on the host wants to be asked again, where it said so. */
  retryAfter?: Date;
  /** What happened, for the log only: it may name addresses. */
  cause?: unknown;
}

/**
 * Why something was not fetched. The message is for people: it says nothing of what a name resolves to, nor of what
 * listens there, so that it can be shown to whoever named the address.
 */
export class FetchRefused extends Error {
  override name = 'FetchRefused';
  readonly code: RefusalCode;
  readonly status: number | null;
  readonly retryAfter: Date | null;

  constructor(code: RefusalCode, message: string, { status, retryAfter, cause }: Details = {}) {
    super(message, { cause });
    this.code = code;
    this.status = status ?? null;
    this.retryAfter = retryAfter ?? null;
  }
}

export function tooLarge(limit: number): FetchRefused {
  const size = limit >= 1_000_000 ? `${limit / 1_000_000} MB` : `${limit / 1_000} kB`;
  return new FetchRefused('TOO_LARGE', `The answer is larger than ${size}, the most that is read.`);
}

/** Certificates: wrong name, expired, signed by nobody known. */
const certificateFault = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO_SELF_SIGNED|HOSTNAME_MISMATCH)/;
/** What zlib says of data that is not what it should be. */
const compressionFault = /^(Z_|ERR_BROTLI|ERR__?ERROR_|ERR_PADDING)/;

/** Errors of sockets, parsers and zlib, as a refusal. */
export function refusalOf(error: unknown): FetchRefused {
  if (error instanceof FetchRefused) return error;
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? '');
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return new FetchRefused('TOO_LARGE', 'The headers of the answer are too large.', { cause: error });
  const message = certificateFault.test(code)
    ? 'The certificate of the site is not valid.'
    : compressionFault.test(code)
      ? 'The answer of the site is damaged.'
      : 'The site cannot be reached.';
  return new FetchRefused('UNREACHABLE', message, { cause: error });
}
