import type { Clock } from '../clock.ts';
import type { WireAudioFormat, WireItem, WireItemReference, WireResponseRequest } from '../protocol/client-events.ts';
import type { Brain, BrainRequest, BrainStep } from './brain.ts';
import type { ItemWithAudio } from './client-item.ts';
import { Conversation, type KeptItem } from './conversation.ts';
import type { Fault } from './fault.ts';
import type { HostedMcp } from './hosted-mcp.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { PaceOptions } from './pace.ts';
import { RateLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';
import { Response } from './response.ts';
import type { CancelReason, Emit } from './sent-event.ts';
import { ServerError } from './server-error.ts';
import { responseSettings, type ResponseSettings, type SessionConfig } from './session-config.ts';
import { type UserTurns, writtenText } from './user-turns.ts';
import type { Voice } from './voice.ts';

/** Why the server answers of its own accord. */
export interface Occasion {
  readonly isIdle?: boolean;
  /** What was decided before: the reply that an approval sets free. */
  readonly steps?: readonly BrainStep[];
}

/** What the responses of a session work with. */
export interface ResponsesParts {
  readonly clock: Clock;
  readonly pace: PaceOptions;
  readonly brain: Brain;
  readonly voice: Voice;
  readonly emit: Emit;
  readonly newId: (prefix: string) => string;
  readonly conversationId: string;
  readonly conversation: Conversation;
  readonly turns: UserTurns;
  readonly mcp: HostedMcp;
  /** Where a call's speech goes, and in what format; null where it goes out in events. */
  readonly call: { readonly output: OutputBuffer; readonly format: WireAudioFormat } | null;
  readonly config: () => SessionConfig;
  /** Makes an item of the conversation of one in a request; refuses what is wrong with it. */
  readonly takeOver: (item: WireItem, path: string) => ItemWithAudio;
  /** Makes something go wrong on this session's connections, as a scenario says. */
  readonly injectFault: (fault: Fault) => void;
  /** Answers a request that the server has made itself and can't meet. */
  readonly refuse: (error: unknown) => void;
  /** A response in the default conversation has begun. */
  readonly onBegin: () => void;
  /** It has ended; a client that plays at once has heard it all at `playedAtMs`. */
  readonly onEnd: (playedAtMs: number) => void;
}

/** The responses of one session: one at a time in the default conversation, any number out of band. */
export class Responses {
  readonly #parts: ResponsesParts;
  readonly #outOfBand = new Map<string, Response>();
  readonly #rateLimits = new RateLimits();
  /** Continuations that wait for the active response to end; null for one that was declined. */
  readonly #continuations: (readonly BrainStep[] | null)[] = [];
  #active: Response | null = null;
  #nextFailure: ServerError | null = null;

  constructor(parts: ResponsesParts) {
    this.#parts = parts;
  }

  /** Whether a response in the default conversation is under way. */
  get isActive(): boolean {
    return this.#active !== null;
  }

  /** Begins a response; refuses a second one in the default conversation. */
  create(request: WireResponseRequest, { isIdle = false, steps }: Occasion = {}): void {
    const isOutOfBand = request.conversation === 'none';
    if (!isOutOfBand && this.#active !== null) {
      throw new Refusal(
        `Conversation already has an active response in progress: ${this.#active.id}. ` +
          'Wait until the response is finished before creating a new one.',
        { code: 'conversation_already_has_active_response' },
      );
    }
    const { clock, pace, brain, voice, mcp, emit, newId, conversation, conversationId, call, injectFault } =
      this.#parts;
    const input = request.input?.map((item, at) => this.#resolve(item, `response.input[${at}]`)) ?? [
      ...conversation.entries,
    ];
    const settings = this.#settings(request);
    mcp.list(settings.tools);
    const question = this.#question(
      request,
      settings,
      input.map((entry) => Conversation.remembered(entry)),
      { isOutOfBand, isIdle },
    );
    const response = new Response({
      clock,
      pace,
      brain: steps === undefined ? brain : { respond: async () => steps },
      voice,
      mcp,
      settings,
      input,
      question,
      emit,
      output: call?.output ?? null,
      newId,
      conversationId,
      conversation: isOutOfBand ? null : conversation,
      injectFault,
      onEnd: (totalTokens, playedAtMs) => this.#ended(response, totalTokens, playedAtMs),
    });
    if (isOutOfBand) this.#outOfBand.set(response.id, response);
    else {
      this.#active = response;
      this.#parts.onBegin();
    }
    void response.run();
  }

  /** Answers what the server has found itself: what stands against it is reported, the session goes on. */
  answer(occasion: Occasion = {}): void {
    try {
      this.create({}, occasion);
    } catch (error) {
      this.#parts.refuse(error);
    }
  }

  /** Goes on with what waited for an approval, as soon as no response is under way. */
  continueWith(steps: readonly BrainStep[] | null): void {
    this.#continuations.push(steps);
    if (this.#active === null) this.#continue();
  }

  /** Cancels by id, or the active response; refuses when there is none. */
  cancel(responseId: string | undefined): void {
    const isActive = responseId === undefined || responseId === this.#active?.id;
    const response = isActive ? this.#active : this.#outOfBand.get(responseId);
    if (response === null || response === undefined) {
      throw new Refusal('Cancellation failed: no active response found.', { code: 'response_cancel_not_active' });
    }
    response.cancel('client_cancelled');
  }

  /** Ends the active response, if there is one. */
  interrupt(reason: CancelReason): void {
    this.#active?.cancel(reason);
  }

  /** Ends all of them, for the session is over. */
  end(): void {
    this.#active?.cancel('client_cancelled');
    for (const response of this.#outOfBand.values()) response.cancel('client_cancelled');
  }

  /** Lets the next response fail before it begins. */
  failNext(code: string, message: string): void {
    this.#nextFailure = new ServerError(message, { code });
  }

  #continue(): void {
    const steps = this.#continuations.shift();
    if (steps === undefined) return;
    this.answer(steps === null ? {} : { steps });
  }

  #settings(request: WireResponseRequest): ResponseSettings {
    const { call, config } = this.#parts;
    const settings = responseSettings(config(), request);
    return call === null ? settings : { ...settings, format: call.format };
  }

  #resolve(item: WireItem | WireItemReference, path: string): ItemWithAudio {
    const { takeOver, conversation } = this.#parts;
    if (item.type !== 'item_reference') return takeOver(item, path);
    const entry = conversation.entries.find(({ item: { id } }) => id === item.id);
    if (entry !== undefined) return entry;
    throw new Refusal(`The item with id '${item.id}' does not exist.`, {
      code: 'invalid_item_reference',
      param: `${path}.id`,
    });
  }

  /** Fixes what the brain is asked at the time of the request; only the ears may still be at work. */
  #question(
    request: WireResponseRequest,
    settings: ResponseSettings,
    items: readonly KeptItem[],
    { isOutOfBand, isIdle }: { isOutOfBand: boolean; isIdle: boolean },
  ): (signal: AbortSignal) => Promise<BrainRequest> {
    const { turns: userTurns, config } = this.#parts;
    const written = request.input?.flatMap((item) =>
      item.type === 'message' && item.role === 'user' ? [Promise.resolve(writtenText(item))] : [],
    );
    const turns = written !== undefined && written.length > 0 ? written : userTurns.texts;
    const responseIndex = isOutOfBand || isIdle ? 0 : userTurns.countResponse();
    const toolChoice = request.tool_choice ?? config().tool_choice;
    const failure = this.#nextFailure;
    this.#nextFailure = null;
    return async (signal) => {
      if (failure !== null) throw failure;
      const texts = await Promise.all(turns);
      return {
        instructions: settings.instructions,
        tools: settings.tools.filter((tool) => tool.type === 'function'),
        toolChoice,
        items: await userTurns.transcribed(items),
        userTurns: texts,
        lastUserText: texts.at(-1),
        responseIndex,
        isOutOfBand,
        isIdle,
        signal,
      };
    };
  }

  #ended(response: Response, totalTokens: number, playedAtMs: number): void {
    const { call, emit, onEnd } = this.#parts;
    call?.output.end(response.id);
    if (this.#active === response) {
      this.#active = null;
      onEnd(playedAtMs);
    }
    this.#outOfBand.delete(response.id);
    emit({ type: 'rate_limits.updated', rate_limits: this.#rateLimits.spend(totalTokens) });
    if (this.#active === null) this.#continue();
  }
}
