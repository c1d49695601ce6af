import { openFleetDesk } from '../server/index.ts';
import { CommandLineError } from './command.ts';
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
export async function fleet(flags: FleetFlags, terminal: Terminal): Promise<void> {
  checkFlags(flags);
  const { action, target = '', words, url, prefix } = flags;
  const desk = await openFleetDesk({ url, ...(prefix !== undefined && { prefix }) });
  try {
    switch (action) {
      case 'ls': {
        const calls = await desk.calls();
        for (const { callId, node } of calls) terminal.line(`${callId}  ${node}`);
        terminal.line(calls.length === 1 ? '1 call' : `${calls.length} calls`);
        return terminal.record({ calls });
      }
      case 'tail': {
        const isStopped = new AbortController();
        process.once('SIGINT', () => isStopped.abort());
        if (!(await desk.calls()).some(({ callId }) => callId === target)) {
          terminal.line(`no process has ${target} now: here is what its journal has, and what comes if it begins`);
        }
        for await (const entry of desk.tail(target, isStopped.signal)) {
          terminal.line(JSON.stringify(entry));
          terminal.record(entry);
        }
        return;
      }
      case 'say':
        await desk.command(target, { type: 'say', text: words.join(' ') });
        terminal.line('said');
        return terminal.record({ said: words.join(' '), callId: target });
      case 'drain':
        await desk.drain(target);
        terminal.line('draining');
        return terminal.record({ draining: target });
    }
  } finally {
    desk.close();
  }
}

/** Throws `ERR_COMMAND` before anything is connected. */
function checkFlags({ action, target = '', words }: FleetFlags): void {
  const refuse = (message: string): never => {
    throw new CommandLineError(`${message}; bargein fleet --help has the form`, { code: 'ERR_COMMAND' });
  };
  if (!['ls', 'tail', 'say', 'drain'].includes(action)) refuse(`fleet takes ls, tail, say or drain, got ${action}`);
  if (action !== 'ls' && target === '') {
    refuse(`${action === 'drain' ? 'the name of a process' : 'the id of a call'} is missing`);
  }
  if (action === 'say' && words.join(' ').trim() === '') refuse('what to say is missing');
}
