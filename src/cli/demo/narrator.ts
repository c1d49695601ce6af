import type { LevelMeter } from '../../audio/index.ts';
import type { RealtimeItem, RealtimeSession } from '../../index.ts';
import { meterBar, paint, type Terminal } from '../terminal.ts';
import type { ConversationLog } from './conversation-log.ts';
import { SAMPLE_RATE } from './sound-card.ts';

/** What the narrator needs besides the session. */
export interface NarratorOptions {
  readonly terminal: Terminal;
  readonly approve: (question: string) => Promise<boolean>;
}

/** Prints a call while it happens, and answers the tool's request for approval. */
export class Narrator {
  readonly #terminal: Terminal;
  readonly #log: ConversationLog;
  readonly #printedItems = new Set<string>();

  constructor(session: RealtimeSession, log: ConversationLog, { terminal, approve }: NarratorOptions) {
    this.#terminal = terminal;
    this.#log = log;
    const print = (speaker: string, text: string): void => this.#print(speaker, text);

    session.on('history_updated', (history) => this.#printTexts(session.currentAgent.name, history));
    session.on('agent_tool_start', (_context, _agent, tool, { toolCall }) => {
      print(paint.magenta('tool'), `${tool.name} ${toolCall.arguments}`);
    });
    session.on('agent_tool_end', (_context, _agent, tool, result) =>
      print(paint.magenta('tool'), `${tool.name} → ${result}`),
    );
    session.on('agent_handoff', (_context, from, to) => print(paint.magenta('handoff'), `${from.name} → ${to.name}`));
    session.on('guardrail_tripped', (_context, _agent, error) => {
      print(paint.red('guardrail'), `“${error.result.guardrail.name}” tripped, the answer is cut`);
    });
    session.on('audio_interrupted', () => print(paint.red('interrupt'), 'the agent stops'));
    session.on('error', ({ error }) =>
      print(paint.red('error'), String(error instanceof Error ? error.message : error)),
    );
    session.on('tool_approval_requested', async (_context, _agent, request) => {
      const { approvalItem } = request;
      const isApproved = await approve(`Run ${approvalItem.name} ${approvalItem.arguments ?? ''}?`);
      print(paint.yellow('approval'), `${approvalItem.name}: ${isApproved ? 'approved' : 'rejected'}`);
      if (isApproved) log.approvals.push(approvalItem.name ?? '');
      await (isApproved ? session.approve(approvalItem) : session.reject(approvalItem));
    });
  }

  /** Redraws the level line. */
  status(frame: number, meters: { readonly user: LevelMeter; readonly agent: LevelMeter }): void {
    const seconds = (frame / SAMPLE_RATE).toFixed(1).padStart(4);
    const user = meterBar(meters.user.rmsDb);
    const agent = meterBar(meters.agent.rmsDb);
    meters.user.reset();
    meters.agent.reset();
    this.#terminal.status(`${seconds} s  you ${user}  agent ${agent}`);
  }

  /** Prints each item once, when its text is final. */
  #printTexts(agentName: string, history: readonly RealtimeItem[]): void {
    for (const item of history) {
      if (item.type !== 'message' || item.role === 'system') continue;
      if (!isFinal(item) || this.#printedItems.has(item.itemId)) continue;
      const text = item.content
        .map((part) => ('transcript' in part ? (part.transcript ?? '') : 'text' in part ? part.text : ''))
        .join(' ')
        .trim();
      if (text === '') continue;
      this.#printedItems.add(item.itemId);
      this.#print(...describe(item, agentName, text));
    }
  }

  #print(speaker: string, text: string): void {
    const seconds = (this.#log.nowFrame / SAMPLE_RATE).toFixed(2).padStart(6);
    this.#terminal.line(`${paint.dim(`${seconds} s`)}  ${speaker}  ${text.replaceAll('\n', ' ')}`);
  }
}

type SpokenItem = Extract<RealtimeItem, { role: 'user' | 'assistant' }>;

/** A cut answer is final when it is known how much of it was heard. */
function isFinal(item: SpokenItem): boolean {
  if (item.status === 'completed') return true;
  return item.status === 'incomplete' && item.content.some((part) => 'heardMs' in part);
}

function describe(item: SpokenItem, agentName: string, text: string): [speaker: string, text: string] {
  if (item.role === 'assistant') {
    return [paint.green(agentName), item.status === 'incomplete' ? `${text} ${paint.dim('… cut here')}` : text];
  }
  const isSpoken = item.content.some(({ type }) => type === 'input_audio');
  return isSpoken ? [paint.cyan('you'), text] : [paint.dim('to the model'), paint.dim(text)];
}
