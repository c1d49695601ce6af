import type { SessionEffect } from '../../session/effect.ts';
import type { WireLogLine } from '../wire-log.ts';
import type { ReplayedCall } from './replayed-call.ts';

/** What a client decides, on the wire: only these can differ between the recording and the replay. */
const DECIDED = ['response.create', 'response.cancel', 'conversation.item.truncate'] as const;

/** How often something was decided, then and now. */
export interface DecisionCount {
  readonly type: string;
  readonly recorded: number;
  readonly replayed: number;
}

/** Compares what the recorded client sent with what the session core wants to send. */
export function compareDecisions(lines: readonly WireLogLine[], { steps }: ReplayedCall): readonly DecisionCount[] {
  const effects = steps.flatMap((step) => step.effects);
  return DECIDED.map((type) => ({
    type,
    recorded: lines.filter(({ direction, event }) => direction === 'in' && event['type'] === type).length,
    replayed: effects.filter((effect) => wireTypeOf(effect) === type).length,
  }));
}

/** An effect in a few words, or null if nobody outside would notice it. */
export function describeEffect(effect: SessionEffect): string | null {
  switch (effect.type) {
    case 'send': {
      const { command } = effect;
      if (command.type === 'truncate') return `truncates ${command.itemId} at ${command.audioEndMs} ms`;
      if (command.type === 'functionCallOutput') return `gives ${command.call.name} its output: ${command.output}`;
      if (command.type === 'createResponse') return 'asks for a response';
      return command.type === 'cancelResponse' ? 'cancels the response' : `sends ${command.type}`;
    }
    case 'emit': {
      const { notice } = effect;
      if (notice.type === 'historyUpdated' || notice.type === 'historyAdded') return null;
      return notice.type === 'event' ? `tells: ${notice.event}` : `tells: ${notice.type}`;
    }
    case 'runCall':
      return `runs ${effect.call.name} ${effect.call.arguments}`;
    case 'flushPlayout':
      return 'stops the sound';
    default:
      return null;
  }
}

function wireTypeOf(effect: SessionEffect): string | null {
  if (effect.type !== 'send') return null;
  if (effect.command.type === 'createResponse') return 'response.create';
  if (effect.command.type === 'cancelResponse') return 'response.cancel';
  return effect.command.type === 'truncate' ? 'conversation.item.truncate' : null;
}
