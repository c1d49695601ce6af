import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../clock.ts';
import type { WireSession } from '../protocol/client-events.ts';

const KEY_PROTOCOL = 'openai-insecure-api-key.';
const SECRET_PREFIX = 'ek_';
/** An expired secret is known that much longer, to be refused even where any key is accepted. */
const RETENTION_MS = 24 * 60 * 60_000;

/** What whoever presents a key may do. */
export interface Grant {
  /** Minted for one client: it may connect, not mint or control calls. */
  readonly isClientSecret: boolean;
  /** What its session starts with. */
  readonly session?: WireSession | undefined;
}

/** A client secret, as `POST /v1/realtime/client_secrets` shows it. */
export interface MintedSecret {
  readonly value: string;
  /** Unix time in seconds. */
  readonly expiresAt: number;
}

interface Secret {
  readonly expiresAtMs: number;
  readonly session: WireSession | undefined;
}

/** Who may come in: the API key, if one is set, and client secrets until they expire. */
export class Credentials {
  readonly #apiKey: string | undefined;
  readonly #clock: Clock;
  readonly #secrets = new Map<string, Secret>();

  constructor(apiKey: string | undefined, clock: Clock) {
    this.#apiKey = apiKey;
    this.#clock = clock;
  }

  mint(lifetimeSeconds: number, session: WireSession | undefined): MintedSecret {
    const nowMs = this.#clock.nowMs();
    for (const [digest, { expiresAtMs }] of this.#secrets) {
      if (expiresAtMs + RETENTION_MS <= nowMs) this.#secrets.delete(digest);
    }
    const value = `${SECRET_PREFIX}${randomBytes(24).toString('hex')}`;
    this.#secrets.set(digestOf(value).toString('hex'), { expiresAtMs: nowMs + lifetimeSeconds * 1000, session });
    return { value, expiresAt: Math.floor(Date.now() / 1000) + lifetimeSeconds };
  }

  /** What the key of a request is good for; null when it is not. Without an API key, any key but an expired one is. */
  check(request: IncomingMessage): Grant | null {
    const digest = digestOf(presentedKey(request));
    const secret = this.#secrets.get(digest.toString('hex'));
    if (secret !== undefined) {
      return this.#clock.nowMs() < secret.expiresAtMs ? { isClientSecret: true, session: secret.session } : null;
    }
    if (this.#apiKey === undefined) return { isClientSecret: false };
    return timingSafeEqual(digest, digestOf(this.#apiKey)) ? { isClientSecret: false } : null;
  }
}

function presentedKey(request: IncomingMessage): string {
  const { authorization } = request.headers;
  if (authorization !== undefined) return authorization.replace(/^Bearer /, '');
  const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return protocols.find((name) => name.startsWith(KEY_PROTOCOL))?.slice(KEY_PROTOCOL.length) ?? '';
}

/** Digests have one length, so that comparing them takes constant time. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
