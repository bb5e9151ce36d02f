import type { z } from 'zod';
import type { Config } from '../../shared/config.ts';
import type { IntegrationData, IntegrationKind, IntegrationProviderId } from '../generated.ts';
import type { Delivery } from '../items/item.ts';

/**
 * A service or device that Jarvis knows how to work with. Adding one is a folder under `providers/` with a file that states this, its
 * variables in `shared/variables/services.ts`, and its line in `providers.ts`.
 */
export interface Provider {
  id: IntegrationProviderId;
  name: string;
  /** What it is called in this installation, where that is for the configuration to say. */
  nameIn?(config: Config): string;
  kind: IntegrationKind;
  data: readonly IntegrationData[];
  /** What a connection's settings may be; each member's `describe` text is shown to clients. */
  settingsSchema: z.ZodObject;
  /** Null when this installation can connect it, else a sentence that says what it lacks. Default: it always can. */
  lacks?(config: Config): string | null;
  /** How somebody signs in there. Providers of the kind OAUTH have it. */
  connect?: Connect;
  /** Minutes from one sync to the next. Default: 15. */
  every?: number;
  /** Reads what is new there. */
  pull?(call: ProviderCall, position: Position | null): Promise<Page>;
  /** What it means when the provider calls Jarvis. */
  receive?: Receive;
}

/** Where to go on reading: whatever the provider needs, as JSON. Never a credential. */
export type Position = { [name: string]: unknown };

/** One step of a sync. */
export interface Page extends Delivery {
  /** Where to go on. */
  position: Position;
  /** Whether more is there now. */
  more: boolean;
  /** Whether the position may be stored with this page's data; one that is not is forgotten when the sync breaks off. */
  durable: boolean;
}

/** What a provider gave for calling it. It lies in the database sealed, and never leaves the server. */
export interface Credentials {
  accessToken: string;
  refreshToken: string | null;
  /** When the access token ends; null when it does not, or nobody said. */
  expiresAt: Date | null;
  /** Scopes that were granted. */
  scopes: readonly string[];
}

export interface Connect {
  /** Where the person signs in. What `kept` holds stays on the server, sealed, until the sign-in is over. */
  begin(start: SignInStart): Promise<{ url: string; kept: { [name: string]: string } }>;
  /** What the sign-in came to. @throws ProviderFault when the provider does not accept it. */
  complete(end: SignInEnd): Promise<Connected>;
  /** New credentials for old ones, where they end. @throws ProviderFault REAUTH when the provider no longer gives any. */
  refresh?(outside: Outside, credentials: Credentials): Promise<Credentials>;
  /**
   * What the person agrees to there, where several providers share that: given back with the last connection of the account that stands on it.
   * Default: each connection has an agreement of its own.
   */
  grant?: string;
  /** Gives the access back. What is gone there already counts as given back. */
  revoke?(outside: Outside, credentials: Credentials): Promise<void>;
}

/** Who was connected at the provider. */
export interface Account {
  /** The provider's id of the account: the same one connected twice is one connection. */
  id: string;
  /** What people know it by, e.g. an e-mail address. */
  label: string;
}

export interface SignInStart {
  outside: Outside;
  state: string;
  /** PKCE (RFC 7636), S256. */
  codeChallenge: string;
  redirectUri: string;
  settings: unknown;
  /** What is to be connected again; null for something new. */
  again: Connected | null;
}

/** What a connection has of its last sign-in. */
export interface Connected {
  credentials: Credentials;
  account: Account;
}

export interface SignInEnd {
  outside: Outside;
  /** The parameters with which the provider sent the person back. */
  parameters: { [name: string]: string };
  codeVerifier: string;
  redirectUri: string;
  kept: { [name: string]: string };
  /** As at the start of the sign-in. */
  again: Connected | null;
}

/** The provider's API as calls reach it: configured addresses only, with a deadline for each call and a limit to each answer. */
export interface Outside {
  config: Config;
  now: () => Date;
  /** @throws ProviderFault UNAVAILABLE when there was no answer; what the answer says is for the caller to judge. */
  fetch(url: string, options?: OutsideRequest): Promise<OutsideAnswer>;
}

export interface OutsideRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: { [name: string]: string };
  /** A JSON value, or a form when it is URLSearchParams. */
  body?: unknown;
}

export interface OutsideAnswer {
  status: number;
  headers: Headers;
  /** The body; `json()` is null where it is none. */
  text: string;
  json(): unknown;
}

/** Calls of a sync. */
export interface ProviderCall extends Outside {
  /** The access token, fresh as far as anybody knows. It is for the provider's API only. */
  accessToken: string;
  settings: unknown;
  account: Account;
  /**
   * A call with the access token as bearer. Answers 401 after a fresh token are REAUTH, 429 is LIMITED, 5xx is UNAVAILABLE; all others are handed back.
   * @throws ProviderFault
   */
  ask(url: string, options?: OutsideRequest): Promise<OutsideAnswer>;
}

/** Calls of the provider at Jarvis's door (`POST /hooks/<provider>/<address>`): raw bytes, as they were signed. */
export interface Receive {
  /** The secret with which calls are signed, and who makes it. Left out: the provider signs otherwise. */
  secret?: { madeBy: 'JARVIS' | 'PROVIDER'; pattern?: RegExp };
  /**
   * For a provider that calls one address (`POST /hooks/<provider>`) for all accounts: which one a body is about. Nothing else of it is believed
   * before it is verified.
   */
  accountOf?(body: Buffer): string | null;
  /** Whether the call comes from the provider: signature over the raw body in constant time, its age, its key. */
  verify(call: IncomingCall): Promise<boolean>;
  /** What it says: a name for "seen before", data, and whether to sync now. */
  read(call: IncomingCall): {
    id: string;
    delivery?: Delivery;
    sync?: boolean;
    /** The person has to sign in again: why. */
    reauth?: string;
    /** The person has signed in again there. */
    isRepaired?: boolean;
  } | null;
}

export interface IncomingCall {
  outside: Outside;
  headers: { [name: string]: string | undefined };
  body: Buffer;
  /** Secrets that count now: several while one is being replaced. */
  secrets: readonly string[];
  connection: { userId: string; id: string; account: string; settings: unknown };
}

/** What can go wrong at a provider, as the engine has to know it. */
export type FaultKind =
  /** The person has to sign in again. */
  | 'REAUTH'
  /** Too many calls: wait as long as it says. */
  | 'LIMITED'
  /** No answer, or that it cannot now. */
  | 'UNAVAILABLE'
  /** The position is too old: everything must be read anew. */
  | 'EXPIRED'
  /** It answers what cannot be understood, or refuses for good. */
  | 'REFUSED';

export class ProviderFault extends Error {
  override name = 'ProviderFault';
  readonly kind: FaultKind;
  /** Seconds to wait, where the provider said so. */
  readonly retryAfter: number | null;

  /** @param message for the person who connected it: no tokens, no addresses, no answers of the provider. */
  constructor(kind: FaultKind, message: string, retryAfter: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }
}
