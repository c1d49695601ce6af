// From one connection to the next: a lost one is made again, an old one is replaced while nobody speaks. The core decides
// that and when; the shell adds jitter and opens the connection. Calls, approvals and queued audio live on meanwhile, what
// can't be sent waits, and the new server is told the history before anything else.
// Tried: p-retry, which owns its timers and its loop; a schedule in the state can be replayed, journalled and tested.

import { SessionError } from '../errors.ts';
import type { SendCommand, SessionEffect } from './effect.ts';
import { emit, send } from './effect.ts';
import * as guardrails from './guardrails.ts';
import type { InputOf, SessionInput } from './input.ts';
import type { RealtimeConnectionEvent } from './plain-events.ts';
import { outputsReplayed, owesAnswer } from './outputs.ts';
import * as playback from './playback.ts';
import { replayed, withoutUnfinished } from './replay.ts';
import * as responses from './responses.ts';
import type { ReconnectPolicy, SessionState, Step } from './state.ts';
import { unchanged } from './state.ts';
import { connectionLost } from './unanswered.ts';

/** A connection that lasted this long was a good one: its loss is the first again. */
const STABLE_AFTER_MS = 10_000;

/** How long an aged connection may wait for a quiet moment. */
const ROLLOVER_PATIENCE_MS = 4 * 60_000;

/** Commands that wait for the connection; more than that and the app is told to stop. */
const MAX_OUTBOX = 64;

/** The server meant it: a normal end, a policy that the client violates, a key that is not valid. */
const FINAL_CLOSE_CODES: ReadonlySet<number> = new Set([1000, 1008, 3000]);

/** What a lost server could still have said; without a connection it is late. */
const MODEL_INPUTS: ReadonlySet<SessionInput['type']> = new Set([
  'responseStarted',
  'responseDone',
  'transcriptDelta',
  'audioStarted',
  'audioDone',
  'functionCall',
  'itemUpdated',
  'itemDeleted',
  'speechStarted',
  'speechStopped',
  'playbackInterrupted',
  'outputConfirmed',
  'outputUnsent',
  'serverError',
]);

/** Tells the app where the connection stands. */
export function connectionChanged(detail: RealtimeConnectionEvent): SessionEffect {
  return emit({ type: 'event', event: 'connection', detail });
}

/** Whether what lost the connection leaves hope for another one. */
export function mayReconnect(state: SessionState, input: InputOf<'disconnected'>): boolean {
  const { policy } = state.reconnect;
  // A foreign transport is not ours to open again, and nobody promised that it can be.
  if (policy === null || !state.abilities.isDriven || input.isFinal === true) return false;
  if (state.connection !== 'open' && state.connection !== 'reconnecting') return false;
  if (input.closeCode !== undefined && FINAL_CLOSE_CODES.has(input.closeCode)) return false;
  return attemptAfter(state, input.atMs) <= policy.maxAttempts;
}

/** An open connection was lost, or an attempt at a new one failed: the next attempt is due after a while. */
export function lost(state: SessionState, input: InputOf<'disconnected'>): Step<SessionState> {
  const { policy } = state.reconnect;
  if (policy === null) return unchanged(state);
  const [suspended, effects] = state.connection === 'open' ? suspend(state) : unchanged(state);
  const attempt = attemptAfter(state, input.atMs);
  const delayMs = delayOf(policy, attempt);
  return [
    { ...suspended, reconnect: { ...suspended.reconnect, attempt } },
    [
      ...effects,
      connectionChanged({
        state: 'reconnecting',
        attempt,
        delayMs,
        ...(input.closeCode !== undefined && { closeCode: input.closeCode }),
        ...(input.reason !== undefined && { reason: input.reason }),
      }),
      { type: 'startReconnectTimer', attempt, delayMs },
    ],
  ];
}

/** The time for an attempt has come. */
export function reconnectDue(state: SessionState, input: InputOf<'reconnectDue'>): Step<SessionState> {
  if (state.connection !== 'reconnecting' || input.attempt !== state.reconnect.attempt) return unchanged(state);
  return [state, [{ type: 'reconnect', attempt: input.attempt }]];
}

/** The connection has its age: it goes at the next quiet moment, and soon in any case. */
export function rolloverDue(state: SessionState, input: InputOf<'rolloverDue'>): Step<SessionState> {
  const { connectionCount, isRolloverDue } = state.reconnect;
  if (state.connection !== 'open' || input.connectionCount !== connectionCount) return unchanged(state);
  if (ageLimitMs(state) === null) return unchanged(state);
  if (isRolloverDue) return rollOver(state);
  return [
    { ...state, reconnect: { ...state.reconnect, isRolloverDue: true } },
    [{ type: 'startRolloverTimer', connectionCount, delayMs: ROLLOVER_PATIENCE_MS }],
  ];
}

/** Replaces an aged connection if nobody speaks, nothing is being said and nothing was asked for. */
export function rollOverWhenQuiet(state: SessionState): Step<SessionState> {
  return state.reconnect.isRolloverDue && isQuiet(state) ? rollOver(state) : unchanged(state);
}

/** A connection is open; sets its age limit. */
export function opened(state: SessionState, input: InputOf<'connected'>): Step<SessionState> {
  const { reconnect } = state;
  const connectionCount = reconnect.connectionCount + 1;
  const next: SessionState = {
    ...state,
    connection: 'open',
    reconnect: { ...reconnect, connectionCount, openedAtMs: input.atMs, isRolloverDue: false, outbox: [] },
  };
  const told = connectionChanged({ state: 'connected', attempt: reconnect.attempt });
  const limitMs = input.keepsConversation === true ? null : ageLimitMs(state);
  if (limitMs === null) return [next, [told]];
  return [next, [told, { type: 'startRolloverTimer', connectionCount, delayMs: limitMs }]];
}

/** A new connection is open: the history goes first, then what has waited. */
export function restored(state: SessionState, input: InputOf<'connected'>): Step<SessionState> {
  const [open, effects] = opened(state, input);
  const waiting = state.reconnect.outbox.map(send);
  if (input.keepsConversation === true) return [open, [...waiting, ...effects]];
  const { history, items } = replayed(open.history);
  const replay: SessionEffect[] = items.length === 0 ? [] : [send({ type: 'resetHistory', from: [], to: items })];
  const dropped: SessionEffect[] = history === open.history ? [] : [emit({ type: 'historyUpdated' })];
  const next = { ...open, history, playback: playback.replayed(open.playback) };
  return [next, [...replay, ...waiting, ...effects, ...dropped]];
}

/** Whether anything of this input counts without a connection. */
export function isLate(input: SessionInput): boolean {
  return MODEL_INPUTS.has(input.type);
}

/**
 * What a step without a connection wants to send: messages and changes wait for the next server. Outputs and cuts don't
 * need to, for the history has them and goes ahead; cancels have nobody left to stop.
 */
export function park([state, effects]: Step<SessionState>): Step<SessionState> {
  const outbox: SendCommand[] = [];
  const now = effects.flatMap((effect): readonly SessionEffect[] => {
    if (effect.type !== 'send') return [effect];
    const { command } = effect;
    if (isWorthWaiting(command)) outbox.push(command);
    return command.type === 'functionCallOutput' ? [{ type: 'releaseCall', callId: command.call.callId }] : [];
  });
  if (outbox.length === 0) return [state, now];
  return [{ ...state, reconnect: { ...state.reconnect, outbox: [...state.reconnect.outbox, ...outbox] } }, now];
}

/** Messages that were sent and that no item of the server confirms yet: a lost connection may have lost them too. */
export function trackMessages(state: SessionState, effects: readonly SessionEffect[]): SessionState {
  if (state.reconnect.policy === null) return state;
  const sent = effects.flatMap((effect) =>
    effect.type === 'send' && effect.command.type === 'message' ? [effect.command] : [],
  );
  if (sent.length === 0) return state;
  const unconfirmed = [...state.reconnect.unconfirmed, ...sent].slice(-MAX_OUTBOX);
  return { ...state, reconnect: { ...state.reconnect, unconfirmed } };
}

/** The server has a new written message of the user: the oldest that was sent. */
export function messageConfirmed(state: SessionState): SessionState {
  const { reconnect } = state;
  if (reconnect.unconfirmed.length === 0) return state;
  return { ...state, reconnect: { ...reconnect, unconfirmed: reconnect.unconfirmed.slice(1) } };
}

/** Throws when no more commands can wait for the connection. */
export function checkOutbox(state: SessionState, command: string): void {
  if (state.reconnect.outbox.length < MAX_OUTBOX) return;
  const message = `${command}: ${MAX_OUTBOX} commands wait for the connection already. Wait for the "connection" event to say connected.`;
  throw new SessionError(message, { code: 'ERR_RECONNECT_BACKLOG' });
}

/** The state without its server. */
export function suspend(state: SessionState): Step<SessionState> {
  const cutOff = state.responses.live.filter((response) => !response.isDone);
  const history = withoutUnfinished(state);
  const { unconfirmed, outbox } = state.reconnect;
  const owed = connectionLost(
    state.responses,
    unconfirmed.some((command) => command.type === 'message' && command.needsAnswer !== false),
  );
  const effects: SessionEffect[] = state.playback.live
    .filter((audio) => !audio.hasEnded)
    .map(({ itemId, contentIndex }) => ({ type: 'endPlayout', itemId, contentIndex }));
  if (history.items !== state.history.items) effects.push(emit({ type: 'historyUpdated' }));
  return [
    {
      ...state,
      connection: 'reconnecting',
      history,
      responses: owesAnswer(state.tools) ? responses.wantResponse(owed) : owed,
      tools: outputsReplayed(state.tools),
      guardrails: cutOff.reduce(
        (texts, { responseId }) => guardrails.responseEnded(texts, responseId),
        state.guardrails,
      ),
      playback: playback.connectionLost(state.playback),
      reconnect: { ...state.reconnect, isRolloverDue: false, unconfirmed: [], outbox: [...outbox, ...unconfirmed] },
    },
    effects,
  ];
}

/** Only a transport of ours can be opened again. */
function ageLimitMs({ reconnect, abilities }: SessionState): number | null {
  return abilities.isDriven ? (reconnect.policy?.rolloverAfterMs ?? null) : null;
}

function rollOver(state: SessionState): Step<SessionState> {
  const [suspended, effects] = suspend(state);
  const reason = 'the connection has reached its age limit';
  return [
    { ...suspended, reconnect: { ...suspended.reconnect, attempt: 1 } },
    [
      ...effects,
      connectionChanged({ state: 'reconnecting', attempt: 1, delayMs: 0, reason }),
      { type: 'reconnect', attempt: 1 },
    ],
  ];
}

function isQuiet({
  responses: { activeId, requestedEventId, awaitedTurn, busyTurn, isUserSpeaking },
  playback: audio,
}: SessionState): boolean {
  const isAnswering = activeId !== null || requestedEventId !== null || awaitedTurn !== null || busyTurn !== null;
  return !isAnswering && !isUserSpeaking && audio.live.length === 0 && audio.interruptId === null;
}

function attemptAfter({ connection, reconnect }: SessionState, atMs: number): number {
  const wasStable = connection === 'open' && atMs - reconnect.openedAtMs >= STABLE_AFTER_MS;
  return wasStable ? 1 : reconnect.attempt + 1;
}

function delayOf({ initialDelayMs, maxDelayMs }: ReconnectPolicy, attempt: number): number {
  return Math.min(maxDelayMs, initialDelayMs * 2 ** (attempt - 1));
}

function isWorthWaiting(command: SendCommand): boolean {
  return command.type === 'message' || command.type === 'updateConfig' || command.type === 'resetHistory';
}
