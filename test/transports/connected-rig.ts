import type { OpenAIRealtimeWebSocketOptions } from '../../src/transports/openai-websocket.ts';
import { OpenAIRealtimeWebSocket } from '../../src/transports/openai-websocket.ts';
import type { SessionConfig } from '../../src/protocol/session-config.ts';
import { ScriptedSocket } from '../../src/testing/scripted-socket.ts';
import { VirtualClock } from '../../src/testing/virtual-clock.ts';

/** Events of a transport beside those of the wire. */
export const TRANSPORT_EVENTS = [
  'audio',
  'audio_done',
  'audio_interrupted',
  'audio_transcript_delta',
  'connection_change',
  'error',
  'function_call',
  'function_call_output',
  'item_deleted',
  'item_update',
  'mcp_approval_request',
  'mcp_tool_call_completed',
  'mcp_tools_listed',
  'output_text_delta',
  'speech_started',
  'speech_stopped',
  'turn_done',
  'turn_started',
  'usage_update',
] as const;

export interface Rig {
  readonly transport: OpenAIRealtimeWebSocket;
  readonly socket: ScriptedSocket;
  readonly clock: VirtualClock;
  /** Every event of the transport since the last look, in order: name and arguments. */
  takeEvents(): [name: string, ...args: unknown[]][];
}

export function virtualClock(): VirtualClock {
  return new VirtualClock(() => new Promise((resolve) => setImmediate(resolve)));
}

/** A transport that is connected to a scripted socket; `session.update` has been taken from what was sent. */
export async function connectedRig(
  options: OpenAIRealtimeWebSocketOptions & { config?: SessionConfig; isDriven?: boolean } = {},
): Promise<Rig> {
  const { config, isDriven, ...transportOptions } = options;
  const clock = virtualClock();
  const socket = new ScriptedSocket();
  const transport = new OpenAIRealtimeWebSocket({
    clock,
    createWebSocket: async () => socket,
    skipOpenEventListeners: true,
    ...transportOptions,
  });
  const events: [string, ...unknown[]][] = [];
  for (const name of TRANSPORT_EVENTS) transport.on(name, (...args: unknown[]) => events.push([name, ...args]));
  if (isDriven === true) transport.drive();
  await transport.connect({ apiKey: 'ek_test', ...(config === undefined ? {} : { initialSessionConfig: config }) });
  socket.take();
  events.splice(0);
  return { transport, socket, clock, takeEvents: () => events.splice(0) };
}
