import { BargeinError } from '../errors.ts';
import { openFleetDesk } from '../server/index.ts';
import type { Terminal } from './terminal.ts';

/** What `bargein fleet` is asked for. */
export interface FleetFlags {
  /** `ls`, `tail`, `say` or `drain`. */
  readonly action: string;
  /** The call, or for `drain` the process. */
  readonly target: string | undefined;
  readonly words: readonly string[];
  readonly url: string;
  readonly prefix: string | undefined;
}

/** Looks after the calls of a fleet from a terminal. */
export async function fleet({ action, target, words, url, prefix }: FleetFlags, terminal: Terminal): Promise<void> {
  const desk = await openFleetDesk({ url, ...(prefix !== undefined && { prefix }) });
  try {
    switch (action) {
      case 'ls': {
        const calls = await desk.calls();
        for (const { callId, node } of calls) terminal.line(`${callId}  ${node}`);
        return terminal.line(`${calls.length} calls`);
      }
      case 'tail': {
        const isStopped = new AbortController();
        process.once('SIGINT', () => isStopped.abort());
        const entries = desk.tail(needed(target, 'the id of a call'), isStopped.signal);
        for await (const entry of entries) terminal.line(JSON.stringify(entry));
        return;
      }
      case 'say':
        await desk.command(needed(target, 'the id of a call'), {
          type: 'say',
          text: needed(words.join(' '), 'what to say'),
        });
        return terminal.line('said');
      case 'drain':
        await desk.drain(needed(target, 'the name of a process'));
        return terminal.line('draining');
      default:
        throw new BargeinError(`fleet takes ls, tail, say or drain, got ${action}`, { code: 'ERR_COMMAND' });
    }
  } finally {
    desk.close();
  }
}

function needed(given: string | undefined, what: string): string {
  if (given !== undefined && given !== '') return given;
  throw new BargeinError(`${what} is missing; bargein fleet --help has the form`, { code: 'ERR_COMMAND' });
}
