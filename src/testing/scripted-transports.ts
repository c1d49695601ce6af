// Transports in memory: a test says what the server does and reads what the session sent.

import { EventEmitter } from '#emitter';
import type { ItemPosition, PlayoutListener, PlayoutPacket, SessionPlayout } from '../playout/playout.ts';
import type { RealtimeItem, RealtimeMcpCallApprovalRequestItem } from '../protocol/items.ts';
import type { SessionConfig } from '../protocol/session-config.ts';
import type {
  DrivableTransport,
  RealtimeTransportEventTypes,
  RealtimeTransportLayer,
  RealtimeTransportLayerConnectOptions,
  RealtimeUserInput,
  TransportToolCallEvent,
} from '../transports/transport.ts';

/** A sink that reports what was heard when the test says so, through `listener`. */
export class ScriptedPlayout implements SessionPlayout {
  readonly sampleRate: number = 24_000;
  listener: PlayoutListener | null = null;
  /** Ids of the interrupts that emptied it, in order. */
  readonly flushed: string[] = [];
  /** What `positions` answers. */
  published: ItemPosition[] = [];

  write(_packet: PlayoutPacket): void {}
  end(): void {}
  flush(interruptId: string): void {
    this.flushed.push(interruptId);
  }
  pause(): void {}
  duck(): void {}
  unduck(): void {}
  resume(): void {}
  positions(): readonly ItemPosition[] {
    return this.published;
  }
}

/** A command that the session gave to its transport: its name and what came with it. */
export type Sent = readonly [type: string, ...rest: unknown[]];

/** A transport of the shape that other packages' authors write for: it owns playback itself. */
export class ForeignTransport extends EventEmitter<RealtimeTransportEventTypes> implements RealtimeTransportLayer {
  status: RealtimeTransportLayer['status'] = 'disconnected';
  muted: boolean | null = false;
  /** The session's commands, in order. */
  readonly sent: Sent[] = [];
  connectOptions: RealtimeTransportLayerConnectOptions | null = null;
  /** Runs inside connect(), before it resolves. */
  onConnect: () => void | Promise<void> = () => {};
  /** What every command throws from now on. */
  failsToSend: Error | null = null;

  async connect(options: RealtimeTransportLayerConnectOptions): Promise<void> {
    this.connectOptions = options;
    this.status = 'connecting';
    await this.onConnect();
    this.status = 'connected';
    this.emit('connection_change', 'connected');
  }

  sendEvent(event: { type: string }): void {
    this.record('event', event);
  }
  requestResponse(): void {
    this.record('createResponse');
  }
  sendMessage(
    message: RealtimeUserInput,
    _other: Record<string, unknown>,
    options?: { triggerResponse?: boolean },
  ): void {
    this.record('message', message, options?.triggerResponse ?? true);
  }
  addImage(image: string, options?: { triggerResponse?: boolean }): void {
    this.record('image', image, options?.triggerResponse ?? true);
  }
  sendAudio(audio: ArrayBuffer, options: { commit?: boolean }): void {
    this.record('audio', audio.byteLength, options.commit ?? false);
  }
  updateSessionConfig(config: SessionConfig): void {
    this.record('config', config);
  }
  close(): void {
    if (this.status === 'disconnected') return;
    this.status = 'disconnected';
    this.record('close');
    this.emit('connection_change', 'disconnected', { code: 1000 });
  }
  mute(muted: boolean): void {
    this.muted = muted;
  }
  sendFunctionCallOutput(call: TransportToolCallEvent, output: string, startResponse: boolean): void {
    this.record('output', call.callId, output, startResponse);
  }
  interrupt(): void {
    this.record('interrupt');
  }
  resetHistory(from: RealtimeItem[], to: RealtimeItem[]): void {
    this.record('resetHistory', from.map(idOf), to.map(idOf));
  }
  sendMcpResponse(request: RealtimeMcpCallApprovalRequestItem, approved: boolean, reason?: string): void {
    this.record('mcpResponse', request.itemId, approved, reason);
  }

  protected record(...sent: Sent): void {
    if (this.failsToSend !== null) throw this.failsToSend;
    this.sent.push(sent);
  }

  /** The server begins a response. */
  startResponse(id: string): void {
    this.emit('turn_started', { type: 'response_started', providerData: { response: { id } } });
  }

  /** The server ends a response, with the text it spoke and what it used. */
  finishResponse(id: string, text: string | null = null, usage?: { inputTokens: number; outputTokens: number }): void {
    const output = text === null ? [] : [{ type: 'message', content: [{ type: 'output_audio', transcript: text }] }];
    this.emit('turn_done', {
      type: 'response_done',
      response: {
        id,
        output,
        status: 'completed',
        ...(usage && { usage: { ...usage, totalTokens: usage.inputTokens + usage.outputTokens } }),
      },
    });
  }

  /** The model calls a tool; arguments that are no text are sent as JSON. */
  call(callId: string, name: string, args: unknown, responseId: string): void {
    const text = typeof args === 'string' ? args : JSON.stringify(args);
    this.emit('function_call', {
      type: 'function_call',
      id: `item_${callId}`,
      callId,
      name,
      arguments: text,
      responseId,
    });
  }

  /** The transcript of the model's speech goes on. */
  say(responseId: string, itemId: string, delta: string): void {
    this.emit('audio_transcript_delta', { type: 'transcript_delta', responseId, itemId, delta });
  }

  /** 20 ms of the model's speech arrive. */
  play(responseId: string, itemId: string): void {
    this.emit('audio', { type: 'audio', data: new ArrayBuffer(960), responseId, itemId, contentIndex: 0 });
  }

  /** The server has a new message, or a new state of one. */
  item(itemId: string, text: string, role: 'user' | 'assistant' = 'assistant'): void {
    this.emit('item_update', messageItem(itemId, text, role));
  }
}

/** A transport that a session drives. */
export class ScriptedTransport extends ForeignTransport implements DrivableTransport {
  readonly canBeDriven = true;
  readonly playout: ScriptedPlayout = new ScriptedPlayout();
  /** Whether the server answers a turn by itself, as with turn detection on. */
  createsResponses: boolean = true;
  isDriven: boolean = false;

  drive(): void {
    this.isDriven = true;
  }
  createResponse({ eventId }: { eventId: string }): void {
    this.record('createResponse', eventId);
  }
  cancelResponse(responseId?: string): void {
    this.record('cancelResponse', responseId);
  }
  truncateItem({ itemId, audioEndMs }: { itemId: string; contentIndex: number; audioEndMs: number }): void {
    this.record('truncate', itemId, audioEndMs);
  }
}

/** A finished message as `history` has it: a user's is text, an assistant's a transcript of speech. */
export function messageItem(itemId: string, text: string, role: 'user' | 'assistant' = 'assistant'): RealtimeItem {
  return role === 'user'
    ? { itemId, type: 'message', role, status: 'completed', content: [{ type: 'input_text', text }] }
    : { itemId, type: 'message', role, status: 'completed', content: [{ type: 'output_audio', transcript: text }] };
}

function idOf(item: RealtimeItem): string {
  return item.itemId;
}
