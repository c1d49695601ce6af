import { createHash } from 'node:crypto';
import type { createClient } from 'redis';
import { JournalError } from './journal-store.ts';
import type { RedisScript } from './redis-scripts.ts';

type Client = ReturnType<typeof createClient>;

const FIRST_RETRY_MS = 20;
const LONGEST_RETRY_MS = 500;
const CONNECT_TIMEOUT_MS = 2000;

/** One entry of a stream. */
export interface StreamEntry {
  readonly id: string;
  readonly message: Readonly<Record<string, string>>;
}

/** A connection to Redis that comes back by itself. While it is gone, commands fail at once: who sent them knows what to do. */
export class RedisLink {
  readonly client: Client;
  readonly #hashes = new Map<RedisScript, string>();

  private constructor(client: Client) {
    this.client = client;
  }

  /** Rejects with `ERR_REDIS_MISSING` without the package, and with `ERR_REDIS_CONNECT` when nothing answers. */
  static async open(url: string): Promise<RedisLink> {
    const redis = await import('redis').catch((cause: unknown) => {
      throw new JournalError('journals in Redis need a package: npm install redis', {
        code: 'ERR_REDIS_MISSING',
        cause,
      });
    });
    let wasOpen = false;
    const client = redis.createClient({
      url,
      disableOfflineQueue: true,
      // Those that wait for an answer have a limit of their own; a signal a command would take as long as the command.
      commandOptions: { timeout: 0 },
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries, cause) =>
          wasOpen ? Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(retries, 10)) : cause,
      },
    });
    // Each attempt that fails is one; those who use the link see what failed for them.
    client.on('error', () => {});
    try {
      await client.connect();
    } catch (cause) {
      throw new JournalError(`nothing that speaks Redis answers at ${withoutPassword(url)}`, {
        code: 'ERR_REDIS_CONNECT',
        cause,
      });
    }
    wasOpen = true;
    return new RedisLink(client as Client);
  }

  /** Another connection to the same server, for commands that wait. */
  async twin(): Promise<RedisLink> {
    const client = this.client.duplicate();
    client.on('error', () => {});
    await client.connect();
    return new RedisLink(client);
  }

  /** Entries of a stream behind the one with that id; waits up to `blockMs` for the first. */
  async entriesBehind(key: string, id: string, blockMs: number): Promise<readonly StreamEntry[]> {
    const streams = (await this.client.xRead({ key, id }, { BLOCK: blockMs })) as
      | readonly { readonly messages: readonly StreamEntry[] }[]
      | null;
    return streams?.[0]?.messages ?? [];
  }

  /** Runs a script, whose text the server may have forgotten. */
  async run(script: RedisScript, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    const hash = this.#hashes.get(script) ?? createHash('sha1').update(script.lua).digest('hex');
    this.#hashes.set(script, hash);
    const options = { keys: keys.slice(0, script.keys), arguments: args.map(String) };
    try {
      return await this.client.evalSha(hash, options);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.client.eval(script.lua, options);
    }
  }

  close(): void {
    this.client.destroy();
  }
}

function withoutPassword(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'that address' : `${parsed.protocol}//${parsed.host}`;
}
