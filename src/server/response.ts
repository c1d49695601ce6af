import type { Clock } from '../clock.ts';
import type { WireItemStatus } from '../protocol/client-events.ts';
import type { Brain, BrainReply, BrainRequest, BrainStep } from './brain.ts';
import type { ItemWithAudio } from './client-item.ts';
import type { Conversation } from './conversation.ts';
import type { Fault } from './fault.ts';
import { FunctionCallOutput } from './function-call-output.ts';
import type { HostedMcp } from './hosted-mcp.ts';
import { McpApprovalOutput, McpCallOutput } from './mcp-outputs.ts';
import type { OutputBuffer } from './output-buffer.ts';
import { Pace, type PaceOptions } from './pace.ts';
import type { OutputParts, ResponseOutput } from './response-output.ts';
import type { CancelReason, Emit, ResponseSnapshot, ResponseStatus } from './sent-event.ts';
import { SpokenOutput } from './spoken-output.ts';
import { responseUsage } from './usage.ts';
import type { ResponseSettings } from './session-config.ts';
import type { Voice } from './voice.ts';
import { WrittenOutput } from './written-output.ts';

/** What a response works with. */
export interface ResponseParts {
  readonly clock: Clock;
  readonly pace: PaceOptions;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly emit: Emit;
  /** Where speech goes when the server plays it itself; null when it goes out in events. */
  readonly output: OutputBuffer | null;
  readonly newId: (prefix: string) => string;
  readonly conversationId: string;
  /** Where its items go; null for an out-of-band response. */
  readonly conversation: Conversation | null;
  readonly settings: ResponseSettings;
  /** What the response is given: the items that existed when it was created, with their audio. */
  readonly input: readonly ItemWithAudio[];
  /** Waits until the ears have the user's last turn. */
  readonly question: (signal: AbortSignal) => Promise<BrainRequest>;
  readonly mcp: HostedMcp;
  /** Makes something go wrong on this connection, as a scenario says. */
  readonly injectFault: (fault: Fault) => void;
  /** Called once, after `response.done` was sent, with the time at which a client that plays at once has heard it all. */
  readonly onEnd: (totalTokens: number, playedAtMs: number) => void;
}

/** A step that makes an item. */
type OutputStep = Exclude<BrainStep, { readonly fault: unknown } | { readonly stallMs: unknown }>;

/** Ends the course of a response that was cancelled; never leaves this file. */
class Ended extends Error {}
/** The response has used its `max_output_tokens`. */
class OutOfTokens extends Error {}

/** One response, from `response.created` to `response.done`. */
export class Response {
  readonly id: string;
  readonly #parts: ResponseParts;
  readonly #pace: Pace;
  readonly #abort = new AbortController();
  readonly #finished: ItemWithAudio[] = [];
  #current: ResponseOutput | null = null;
  #status: ResponseStatus = 'in_progress';
  #details: ResponseSnapshot['status_details'];
  #spentTokens = 0;

  constructor(parts: ResponseParts) {
    this.#parts = parts;
    this.#pace = new Pace(parts.clock, parts.pace);
    this.id = parts.newId('resp');
  }

  /** Sends the whole response. Never rejects: what fails becomes the status of the response. */
  async run(): Promise<void> {
    const { brain, clock, emit, question } = this.#parts;
    emit({ type: 'response.created', response: this.#snapshot() });
    try {
      const reply = await this.#live(
        clock.during(question(this.#abort.signal).then((request) => brain.respond(request))),
      );
      await this.#follow(reply);
      this.#end('completed', { type: 'completed' });
    } catch (error) {
      // What fails after the end, a brain that was still thinking for instance, fails nobody.
      if (error instanceof Ended || this.#status !== 'in_progress') return;
      if (error instanceof OutOfTokens) this.#end('incomplete', { type: 'incomplete', reason: 'max_output_tokens' });
      else this.#end('failed', { type: 'failed', error: failureOf(error) });
    }
  }

  /** Ends the response where it is. */
  cancel(reason: CancelReason): void {
    if (this.#status === 'in_progress') this.#end('cancelled', { type: 'cancelled', reason });
  }

  /** Makes what the brain says, up to a call that needs the user's approval; the rest waits for that. */
  async #follow(reply: BrainReply): Promise<void> {
    const { mcp, settings, newId } = this.#parts;
    const waiting: BrainStep[] = [];
    let requestId: string | null = null;
    for await (const step of reply) {
      if (requestId !== null) waiting.push(step);
      else if ('mcpCall' in step && !('approvalRequestId' in step) && mcp.needsApproval(step, settings.tools)) {
        requestId = newId('mcpr');
        waiting.push({ ...step, approvalRequestId: requestId });
        await this.#produce(new McpApprovalOutput(this.#outputParts(requestId), step));
      } else await this.#make(step);
    }
    if (requestId !== null) mcp.wait(requestId, waiting);
  }

  async #make(step: BrainStep): Promise<void> {
    const { clock, injectFault } = this.#parts;
    if ('fault' in step) return injectFault(step.fault);
    if ('stallMs' in step) {
      return this.#live(new Promise<void>((resolve) => void clock.schedule(step.stallMs, resolve)));
    }
    return this.#produce(this.#open(step));
  }

  async #produce(output: ResponseOutput): Promise<void> {
    this.#current = output;
    const item = output.item('in_progress');
    this.#parts.emit({
      type: 'response.output_item.added',
      response_id: this.id,
      output_index: this.#finished.length,
      item,
    });
    this.#parts.conversation?.begin(item, output.audio);
    await output.run();
    this.#close('completed');
  }

  #open(step: OutputStep): ResponseOutput {
    const { newId, settings, voice } = this.#parts;
    const parts = this.#outputParts(newId('item'));
    if ('mcpCall' in step) {
      return new McpCallOutput(parts, step, 'approvalRequestId' in step ? step.approvalRequestId : null);
    }
    if ('call' in step) {
      return new FunctionCallOutput(parts, {
        callId: newId('call'),
        name: step.call,
        arguments: typeof step.arguments === 'string' ? step.arguments : JSON.stringify(step.arguments),
      });
    }
    if (settings.modality === 'text') return new WrittenOutput(parts, step.say);
    const { format, voiceName, speed } = settings;
    return new SpokenOutput(parts, { text: step.say, voice, voiceName, speed, format });
  }

  #outputParts(itemId: string): OutputParts {
    const { emit, output, clock } = this.#parts;
    return {
      responseId: this.id,
      itemId,
      outputIndex: this.#finished.length,
      emit,
      output,
      pace: this.#pace,
      live: (work) => this.#live(work),
      during: (work) => clock.during(work),
      spend: (tokens) => this.#spend(tokens),
    };
  }

  #close(status: WireItemStatus): void {
    const output = this.#current;
    if (output === null) return;
    this.#current = null;
    output.finish();
    const item = output.item(status);
    this.#parts.emit({
      type: 'response.output_item.done',
      response_id: this.id,
      output_index: this.#finished.length,
      item,
    });
    this.#finished.push({ item, audio: output.audio });
    this.#parts.conversation?.finish(item);
  }

  #end(status: ResponseStatus, details: ResponseSnapshot['status_details']): void {
    this.#close('incomplete');
    this.#status = status;
    this.#abort.abort();
    this.#details = details;
    const { settings, input } = this.#parts;
    const usage = responseUsage(settings.instructions, settings.tools, input, this.#finished);
    this.#parts.emit({ type: 'response.done', response: { ...this.#snapshot(), usage } });
    this.#parts.onEnd(usage.total_tokens, this.#playedAtMs());
  }

  #playedAtMs(): number {
    const spokenMs = this.#finished.reduce((sum, { audio }) => sum + (audio?.durationMs ?? 0), 0);
    const { firstMs } = this.#pace;
    const nowMs = this.#parts.clock.nowMs();
    return this.#status === 'cancelled' || firstMs === null ? nowMs : Math.max(nowMs, firstMs + spokenMs);
  }

  async #live<T>(work: Promise<T>): Promise<T> {
    const value = await work;
    if (this.#status !== 'in_progress') throw new Ended();
    return value;
  }

  #spend(tokens: number): void {
    const { maxOutputTokens } = this.#parts.settings;
    if (maxOutputTokens !== 'inf' && this.#spentTokens + tokens > maxOutputTokens) throw new OutOfTokens();
    this.#spentTokens += tokens;
  }

  #snapshot(): ResponseSnapshot {
    const { settings, conversation, conversationId } = this.#parts;
    return {
      object: 'realtime.response',
      id: this.id,
      ...(conversation !== null && { conversation_id: conversationId }),
      status: this.#status,
      ...(this.#details !== undefined && { status_details: this.#details }),
      output: this.#finished.map(({ item }) => item),
      output_modalities: [settings.modality],
      audio: { output: { format: settings.format, voice: settings.voiceName } },
      max_output_tokens: settings.maxOutputTokens,
      metadata: settings.metadata,
    };
  }
}

function failureOf(error: unknown): { type: string; code: string; message: string } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'server_error';
  return { type: 'server_error', code, message: error instanceof Error ? error.message : String(error) };
}
