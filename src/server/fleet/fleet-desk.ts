// Who looks after the calls of a fleet: sees them, reads along, and steps in.

import { randomUUID } from 'node:crypto';
import type { JournalEntry } from '../../session/journal.ts';
import { DEFAULT_PREFIX, journalKey } from '../journals/redis-keys.ts';
import { RedisLink } from '../journals/redis-link.ts';
import { ServerError } from '../server-error.ts';
import type { NodeCommand } from './command-reader.ts';
import type { FleetCommand } from './fleet-command.ts';
import { FleetKeys } from './fleet-keys.ts';

const DEFAULT_ANSWER_MS = 5000;
const TAIL_BLOCK_MS = 1000;

/** Options of `openFleetDesk`. */
export interface FleetDeskOptions {
  /** Of the Redis server. */
  readonly url: string;
  /** As the fleet has it; default `bargein:`. */
  readonly prefix?: string;
}

/** A call and the process that has it. */
export interface FleetCallPlace {
  readonly callId: string;
  readonly node: string;
}

/** The place of a supervisor. */
export interface FleetDesk {
  /** The calls of the fleet. */
  calls(): Promise<readonly FleetCallPlace[]>;
  /** What is in a call's journal and then what comes, until the signal aborts. */
  tail(callId: string, signal: AbortSignal): AsyncGenerator<JournalEntry, void>;
  /**
   * Has something done to a call and resolves when it was. Rejects with `ERR_FLEET_CALL` for a call that nobody has, with
   * `ERR_FLEET_COMMAND` when the call refuses, and with `ERR_FLEET_UNANSWERED` after 5 s.
   */
  command(callId: string, command: FleetCommand): Promise<void>;
  /** Tells a process to drain; rejects as `command` does. */
  drain(node: string): Promise<void>;
  close(): void;
}

/** Opens the place of a supervisor. Rejects with `ERR_REDIS_MISSING` and `ERR_REDIS_CONNECT`. */
export async function openFleetDesk({ url, prefix = DEFAULT_PREFIX }: FleetDeskOptions): Promise<FleetDesk> {
  return new RedisDesk(await RedisLink.open(url), prefix);
}

class RedisDesk implements FleetDesk {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #keys: FleetKeys;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
    this.#keys = new FleetKeys(prefix);
  }

  async calls(): Promise<readonly FleetCallPlace[]> {
    const owners = await this.#link.client.hGetAll(this.#keys.owners);
    return Object.entries(owners).map(([callId, node]) => ({ callId, node }));
  }

  async *tail(callId: string, signal: AbortSignal): AsyncGenerator<JournalEntry, void> {
    const waiting = await this.#link.twin();
    const key = journalKey(this.#prefix, callId);
    let lastId = '0-0';
    try {
      while (!signal.aborted) {
        for (const { id, message } of await waiting.entriesBehind(key, lastId, TAIL_BLOCK_MS)) {
          lastId = id;
          if (message['entry'] !== undefined) yield JSON.parse(message['entry']) as JournalEntry;
        }
      }
    } finally {
      waiting.close();
    }
  }

  async command(callId: string, command: FleetCommand): Promise<void> {
    const node = await this.#link.client.hGet(this.#keys.owners, callId);
    if (node === null || node === undefined) {
      throw new ServerError(
        `no process of the fleet has call ${callId}; calls() and npx bargein fleet ls list those that are going on`,
        {
          code: 'ERR_FLEET_CALL',
        },
      );
    }
    await this.#tell(node, callId, command);
  }

  drain(node: string): Promise<void> {
    return this.#tell(node, '', { type: 'drain' });
  }

  close(): void {
    this.#link.close();
  }

  async #tell(node: string, callId: string, command: NodeCommand): Promise<void> {
    const commandId = randomUUID();
    const waiting = await this.#link.twin();
    try {
      const fields = { commandId, callId, command: JSON.stringify(command) };
      await this.#link.client.xAdd(this.#keys.commands(node), '*', fields);
      const answer = await waiting.client.blPop(this.#keys.reply(commandId), DEFAULT_ANSWER_MS / 1000);
      if (answer === null) {
        throw new ServerError(
          `${node} has not answered for ${DEFAULT_ANSWER_MS} ms: it is gone, cut off, or no process of this fleet`,
          { code: 'ERR_FLEET_UNANSWERED' },
        );
      }
      if (answer.element !== 'ok') throw new ServerError(answer.element, { code: 'ERR_FLEET_COMMAND' });
    } finally {
      waiting.close();
    }
  }
}
