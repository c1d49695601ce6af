import { EventEmitter as NodeEventEmitter } from 'node:events';
import { OpenAIRealtimeWebSocket as PeerWebSocket } from '@openai/agents-realtime';
import { type } from 'arktype';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type {
  FunctionTool,
  RealtimeContextData,
  RealtimeItem,
  RealtimeSessionError,
  RealtimeSessionEventTypes,
  RealtimeSessionOptions,
  RealtimeToolApprovalRequest,
  RealtimeTransportEventTypes,
  RealtimeTransportLayer,
  RunContext,
  SessionAgent,
  TransportLayerAudio,
} from '../../src/index.ts';
import { RealtimeAgent, RealtimeSession, handoff, tool } from '../../src/index.ts';

interface Guest {
  guest: string;
}

/** A transport of the app on Node's emitter, as the interface is documented. */
abstract class OwnTransport extends NodeEventEmitter<RealtimeTransportEventTypes> implements RealtimeTransportLayer {
  abstract status: RealtimeTransportLayer['status'];
  abstract muted: boolean | null;
  abstract connect(): Promise<void>;
  abstract sendEvent(): void;
  abstract sendMessage(): void;
  abstract addImage(): void;
  abstract sendAudio(): void;
  abstract updateSessionConfig(): void;
  abstract close(): void;
  abstract mute(): void;
  abstract sendFunctionCallOutput(): void;
  abstract interrupt(): void;
  abstract resetHistory(): void;
  abstract sendMcpResponse(): void;
}

describe('a session', () => {
  it('takes transports of the app, and those of the package whose names it has', () => {
    expectTypeOf<OwnTransport>().toExtend<RealtimeSessionOptions['transport']>();
    expectTypeOf<PeerWebSocket>().toExtend<RealtimeSessionOptions['transport']>();
    expectTypeOf<{ on(event: never, listener: never): unknown }>().not.toExtend<RealtimeSessionOptions['transport']>();
  });

  it('has the events of its transport typed', () => {
    const session = new RealtimeSession(new RealtimeAgent({ name: 'A' }));
    session.transport.on('audio', (event) => {
      expectTypeOf(event).toEqualTypeOf<TransportLayerAudio>();
    });
  });
});

describe('tool', () => {
  it('types arguments by the schema', () => {
    tool({
      name: 'zod',
      description: '',
      parameters: z.object({ city: z.string(), days: z.number().default(1), unit: z.enum(['C', 'F']).optional() }),
      needsApproval: async (_context, input) => {
        expectTypeOf(input).toEqualTypeOf<{ city: string; days: number; unit?: 'C' | 'F' | undefined }>();
        return false;
      },
      execute: (input, context, details) => {
        expectTypeOf(input).toEqualTypeOf<{ city: string; days: number; unit?: 'C' | 'F' | undefined }>();
        expectTypeOf(context).toEqualTypeOf<RunContext | undefined>();
        expectTypeOf(details?.signal).toEqualTypeOf<AbortSignal | undefined>();
        return input.city;
      },
    });
    tool({
      name: 'arktype',
      description: '',
      parameters: type({ city: 'string', 'unit?': "'C' | 'F'" }),
      execute: (input) => {
        expectTypeOf(input).toEqualTypeOf<{ city: string; unit?: 'C' | 'F' }>();
      },
    });
    tool({
      name: 'json',
      description: '',
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
      execute: (input) => {
        expectTypeOf(input).toEqualTypeOf<unknown>();
      },
    });
    tool({
      name: 'text',
      description: '',
      parameters: undefined,
      execute: (input) => {
        expectTypeOf(input).toEqualTypeOf<string>();
      },
    });
  });

  it('types its context on request', () => {
    const parameters = z.object({});
    const made = tool<typeof parameters, RealtimeContextData<Guest>, string>({
      name: 'greet',
      description: '',
      parameters,
      execute: (_input, context) => `Hello ${context?.context.guest}`,
    });
    expectTypeOf(made).toExtend<FunctionTool<RealtimeContextData<Guest>, typeof parameters, string>>();
    void new RealtimeAgent<Guest>({ name: 'A', tools: [made] });
    // @ts-expect-error An agent whose context has no guest can't have a tool that reads one.
    void new RealtimeAgent<{ room: number }>({ name: 'A', tools: [made] });
  });
});

describe('RealtimeSession', () => {
  const plain = new RealtimeAgent({ name: 'plain' });
  const greeting = new RealtimeAgent<Guest>({
    name: 'greeting',
    instructions: ({ context }) => {
      expectTypeOf(context).toEqualTypeOf<Guest & { history: RealtimeItem[] }>();
      return context.guest;
    },
    handoffs: [plain, handoff(plain)],
  });
  const session = new RealtimeSession<Guest>(greeting, { context: { guest: 'Kim' } });

  it('types listeners by the event', () => {
    session.on('audio', (event) => expectTypeOf(event).toEqualTypeOf<TransportLayerAudio>());
    session.on('agent_end', (context, agent, output) => {
      expectTypeOf(context.context.guest).toEqualTypeOf<string>();
      expectTypeOf(agent).toEqualTypeOf<SessionAgent<Guest>>();
      expectTypeOf(output).toEqualTypeOf<string>();
    });
    session.once('agent_tool_end', (_context, _agent, ended, result, details) => {
      expectTypeOf(ended).toEqualTypeOf<FunctionTool<RealtimeContextData<Guest>>>();
      expectTypeOf(result).toEqualTypeOf<string>();
      expectTypeOf(details.toolCall.callId).toEqualTypeOf<string>();
    });
    session.on('tool_approval_requested', (_context, _agent, request) => {
      if (request.type === 'function_approval')
        expectTypeOf(request).toEqualTypeOf<RealtimeToolApprovalRequest<Guest>>();
      void session.approve(request.approvalItem, { alwaysApprove: true });
    });
    session.on('error', (event) => expectTypeOf(event).toEqualTypeOf<RealtimeSessionError>());
    session.prependListener('history_updated', (history) => expectTypeOf(history).toEqualTypeOf<RealtimeItem[]>());
    session.on('newListener', (event) => expectTypeOf(event).toEqualTypeOf<string | symbol>());
    // @ts-expect-error There is no such event.
    session.on('audio_ended', () => {});
    // @ts-expect-error The argument is an event, not a number.
    session.emit('audio', 5);
  });

  it('has labelled tuples as its event map', () => {
    expectTypeOf<RealtimeSessionEventTypes['history_added']>().toEqualTypeOf<[item: RealtimeItem]>();
    expectTypeOf<RealtimeSessionEventTypes['guardrail_tripped']['length']>().toEqualTypeOf<4>();
  });

  it('has the members of the reference', () => {
    expectTypeOf(session.history).toEqualTypeOf<RealtimeItem[]>();
    expectTypeOf(session.muted).toEqualTypeOf<boolean | null>();
    expectTypeOf(session.context).toEqualTypeOf<RunContext<RealtimeContextData<Guest>>>();
    expectTypeOf(session.updateAgent(greeting)).toEqualTypeOf<Promise<RealtimeAgent<Guest>>>();
    expectTypeOf<Parameters<RealtimeSession['connect']>[0]>().toExtend<{ apiKey?: unknown } | undefined>();
    expectTypeOf<ReturnType<typeof session.eventNames>[number]>().toEqualTypeOf<keyof RealtimeSessionEventTypes>();
    expectTypeOf(RealtimeSession.once(session, 'audio')).toEqualTypeOf<Promise<unknown[]>>();
  });

  it('is accepted where Node wants an emitter', () => {
    expectTypeOf(session).toExtend<NodeEventEmitter>();
  });
});
