import type { RealtimeSession } from '../../realtime-session.ts';
import type { SessionAgent } from '../../session-events.ts';
import { ServerError } from '../server-error.ts';

/** What a supervisor can have done to a call. */
export type FleetCommand =
  /** The agent says it, in its own words as far as the model takes liberties. */
  | { readonly type: 'say'; readonly text: string }
  /** The model reads it as a message of the system; nothing is said for now. */
  | { readonly type: 'inject'; readonly text: string }
  /** An agent of that name takes over. */
  | { readonly type: 'handOff'; readonly agentName: string }
  /** The agent stops speaking. */
  | { readonly type: 'interrupt' }
  /** The call ends. */
  | { readonly type: 'hangUp' };

/** Carries a command out; rejects when the session refuses it. */
export async function obey<TContext>(
  command: FleetCommand,
  session: RealtimeSession<TContext>,
  agents: readonly SessionAgent<TContext>[],
): Promise<void> {
  switch (command.type) {
    case 'say': {
      const text = `Say this to the user now, word for word: ${command.text}`;
      // The item goes out as one of the system instead of the user; the response waits its turn like any other.
      return session.sendMessage(text, { item: systemMessage(text) });
    }
    case 'inject':
      return session.transport.sendEvent({ type: 'conversation.item.create', item: systemMessage(command.text) });
    case 'handOff': {
      const agent = agents.find(({ name }) => name === command.agentName);
      if (agent === undefined) {
        const names = agents.map(({ name }) => name).join(', ');
        throw new ServerError(`the call has no agent ${command.agentName}; it has ${names}`, {
          code: 'ERR_FLEET_COMMAND',
        });
      }
      await session.updateAgent(agent as Parameters<typeof session.updateAgent>[0]);
      return;
    }
    case 'interrupt':
      return session.interrupt();
    case 'hangUp':
      return session.close();
    default:
      throw new ServerError(`there is no command ${JSON.stringify(command)}`, { code: 'ERR_FLEET_COMMAND' });
  }
}

function systemMessage(text: string): Record<string, unknown> {
  return { type: 'message', role: 'system', content: [{ type: 'input_text', text }] };
}
