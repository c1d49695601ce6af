import type { RealtimeServerTap } from '../../server/index.ts';
import type { RealtimeSession } from '../../realtime-session.ts';
import {
  addReceived,
  addSent,
  type Arrival,
  type BargeIn,
  type CallRecord,
  framesOfBase64,
  type Mark,
  type Span,
  type SpokenLine,
  type Truncation,
} from './call-record.ts';
import { SAMPLE_RATE, type SoundCard } from './sound-card.ts';

/** Listens to a session, and to the server's wire, and notes what happens when. */
export class ConversationLog {
  readonly sent: Span[] = [];
  readonly received: Arrival[] = [];
  readonly tools: Span[] = [];
  readonly marks: Mark[] = [];
  readonly bargeIns: BargeIn[] = [];
  readonly truncations: Truncation[] = [];
  readonly handoffs: string[] = [];
  readonly trips: string[] = [];
  readonly approvals: string[] = [];
  readonly errors: string[] = [];
  readonly #card: SoundCard;
  readonly #nowMs: () => number;
  readonly #toolStarts = new Map<string, number>();

  constructor(session: RealtimeSession, card: SoundCard, nowMs: () => number) {
    this.#card = card;
    this.#nowMs = nowMs;
    this.#listen(session);
  }

  /** Frame of the recording that is on the air now. */
  get nowFrame(): number {
    return this.#card.frameAt(this.#nowMs());
  }

  /** When the guardrail tripped. */
  get tripFrame(): number | undefined {
    return this.marks.find(({ label }) => label === 'guardrail_tripped')?.frame;
  }

  mark(label: string): void {
    this.marks.push({ label, frame: this.nowFrame });
  }

  /** The server's view of the wire: only there can be seen what really was sent. */
  readonly tap: RealtimeServerTap = (direction, event) => {
    if (direction === 'in' && event.type === 'conversation.item.truncate') {
      this.truncations.push({
        itemId: String(event['item_id']),
        audioEndMs: Number(event['audio_end_ms']),
        frame: this.nowFrame,
      });
    }
    if (direction === 'in' && event.type === 'input_audio_buffer.append') this.#noteSent(String(event['audio']));
  };

  /** What is known at the end of the call. */
  record(spoken: readonly SpokenLine[], underruns: number): CallRecord {
    const { sent, received, tools, marks, bargeIns, truncations, handoffs, trips, approvals, errors } = this;
    const { heard, playedFrames: lengthFrames } = this.#card;
    return {
      sampleRate: SAMPLE_RATE,
      lengthFrames,
      spoken,
      sent,
      received,
      heard,
      tools,
      marks,
      bargeIns,
      truncations,
      handoffs,
      trips,
      approvals,
      errors,
      underruns,
    };
  }

  #noteSent(base64: string): void {
    const frames = framesOfBase64(base64);
    addSent(this.sent, { frames, endFrame: this.nowFrame, pauseFrames: frames });
  }

  #listen(session: RealtimeSession): void {
    session.on('audio', ({ data, itemId }) => {
      addReceived(this.received, itemId ?? '', data.byteLength / 2, this.nowFrame);
    });
    session.on('transport_event', ({ type }) => {
      if (type === 'input_audio_buffer.speech_started') this.mark('speech_started');
      if (type === 'input_audio_buffer.speech_stopped') this.mark('speech_stopped');
      if (type === 'response.created') this.mark('response');
    });
    session.on('audio_interrupted', () => {
      const cause = this.marks.at(-1)?.label === 'guardrail_tripped' ? 'guardrail' : 'user';
      this.bargeIns.push({ cause, frame: this.nowFrame });
    });
    session.on('agent_tool_start', (_context, _agent, tool, { toolCall }) => {
      this.#toolStarts.set(toolCall.callId, this.nowFrame);
      this.mark(`${tool.name} starts`);
    });
    session.on('agent_tool_end', (_context, _agent, tool, _result, { toolCall }) => {
      const startFrame = this.#toolStarts.get(toolCall.callId) ?? this.nowFrame;
      this.tools.push({ label: tool.name, startFrame, endFrame: this.nowFrame });
    });
    session.on('agent_handoff', (_context, from, to) => {
      this.handoffs.push(`${from.name} → ${to.name}`);
      this.mark('handoff');
    });
    session.on('guardrail_tripped', (_context, _agent, error) => {
      this.trips.push(error.result.guardrail.name);
      this.mark('guardrail_tripped');
    });
    session.on('error', ({ error }) => {
      this.errors.push(error instanceof Error ? error.message : JSON.stringify(error));
    });
  }
}
