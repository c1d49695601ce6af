import type { RealtimeItem } from '../../protocol/items.ts';
import type { ItemPosition } from '../../playout/playout.ts';
import { splitByShare } from './spoken-share.ts';
import type { TranscriptLine } from './transcript.ts';

/** The history of a session as lines, with what is still to be played marked by the playout's positions. */
export function linesOfHistory(
  history: readonly RealtimeItem[],
  positions: readonly ItemPosition[],
): readonly TranscriptLine[] {
  return history.flatMap((item): TranscriptLine[] => {
    if (item.type === 'function_call') {
      const output = item.output === null ? '' : ` → ${item.output}`;
      return [{ id: item.itemId, who: 'tool', heard: `${item.name}(${item.arguments})${output}` }];
    }
    if (item.type !== 'message' || item.role === 'system') return [];
    if (item.role === 'user') {
      const words = item.content.map((part) => (part.type === 'input_text' ? part.text : (part.transcript ?? '…')));
      return [{ id: item.itemId, who: 'you', heard: words.join(' ') }];
    }
    return [agentLine(item, positions)];
  });
}

function agentLine(
  { itemId, content }: Extract<RealtimeItem, { role: 'assistant' }>,
  positions: readonly ItemPosition[],
): TranscriptLine {
  const position = positions.find((candidate) => candidate.itemId === itemId);
  const spoken = content.map((part) => (part.type === 'output_text' ? part.text : (part.transcript ?? ''))).join(' ');
  const audio = content.find((part) => part.type === 'output_audio');
  if (audio?.heardMs !== undefined) {
    return { id: itemId, who: 'agent', heard: spoken, cut: audio.unheardTranscript ?? '', heardMs: audio.heardMs };
  }
  if (position === undefined || position.receivedFrames === 0) return { id: itemId, who: 'agent', heard: spoken };
  const { first, rest } = splitByShare(spoken, position.renderedFrames / position.receivedFrames);
  return { id: itemId, who: 'agent', heard: first, pending: rest };
}
