// What so many concurrent calls need, by arithmetic: gateways, Redis servers, network, and what the service must allow.

/** What a plan is made from. */
export interface PlanBasis {
  /** Calls that one core carries on time, as measured. */
  readonly callsPerCore: number;
}

/** What a number of calls needs. */
export interface FleetPlan {
  readonly calls: number;
  readonly callsPerWorker: number;
  /** Those that may be gone included. */
  readonly gateways: number;
  /** Gateways that may be gone at one time. */
  readonly spareGateways: number;
  readonly redisServers: number;
  /** Of one gateway, both legs and both directions, in Mbit/s; of all, in Gbit/s. */
  readonly gatewayMbits: number;
  readonly fleetGbits: number;
  /** Calls that begin in a second: connections to the service, and admissions. */
  readonly startsPerSecond: number;
  /** Audio tokens that the service bills in a minute, in millions. */
  readonly tokensPerMinuteMillions: number;
}

/** Workers of one gateway: one a core, of a machine with this many. */
export const WORKERS_PER_GATEWAY = 4;
/** Of what a worker carries, planned for: chance brings one worker more calls than another, and a dead gateway's calls come too. */
const PLANNED_SHARE = 0.7;
/** Of the gateways, as many more as may be gone at one time. */
const SPARE_SHARE = 0.05;
/** Length of a call. */
export const MEAN_CALL_SECONDS = 180;
/** Entries that a call's journal gets in a second: items, truncations, tools. */
export const JOURNAL_ENTRIES_PER_SECOND = 2;
/** CPU of a Redis server for one fenced append of 330 octets, with `appendonly`: 18 to 33 µs measured on two busy cores. */
const REDIS_APPEND_US = 25;
/** Of a Redis server's core, planned for. */
const REDIS_SHARE = 0.6;
/** Of the time, the agent speaks. */
const AGENT_TALK_SHARE = 0.4;
/** Tokens that a minute of audio is for the service: of the user, of the agent. As its documents say: one a 100 and one a 50 ms. */
const USER_TOKENS_PER_MINUTE = 600;
const AGENT_TOKENS_PER_MINUTE = 1200;

/** Around a WebSocket frame: IPv4, TCP with time stamps, TLS 1.3, the frame's own head. */
const PACKET_OVERHEAD_OCTETS = 20 + 32 + 22 + 8;
const PACKETS_PER_SECOND = 50;
/** Base64 of 20 ms and of 100 ms. */
const PACKET_PAYLOAD = 'x'.repeat(216);
const DELTA_PAYLOAD = 'x'.repeat(1068);
const CALLER_FRAME =
  `{"event":"media","sequenceNumber":"1000","media":{"track":"inbound","chunk":"999","timestamp":"19980",` +
  `"payload":"${PACKET_PAYLOAD}"},"streamSid":"MZ00000000000000000000000000000000"}`;
const APPEND = `{"type":"input_audio_buffer.append","audio":"${PACKET_PAYLOAD}"}`;
const DELTA =
  `{"type":"response.output_audio.delta","event_id":"event_000000000000000000000","response_id":"resp_000000000000000000000",` +
  `"item_id":"item_000000000000000000000","output_index":0,"content_index":0,"delta":"${DELTA_PAYLOAD}"}`;
const AGENT_FRAME = `{"event":"media","streamSid":"MZ00000000000000000000000000000000","media":{"payload":"${DELTA_PAYLOAD}"}}`;

/** Bits a second of one call through its gateway, counted in each direction of each leg. */
export function bitsPerCall(): number {
  const octets = (frame: string): number => frame.length + PACKET_OVERHEAD_OCTETS;
  const caller = PACKETS_PER_SECOND * (octets(CALLER_FRAME) + octets(APPEND));
  const agent = AGENT_TALK_SHARE * 10 * (octets(DELTA) + octets(AGENT_FRAME));
  return 8 * (caller + agent);
}

/** What so many calls at one time need. */
export function planFleet(calls: number, { callsPerCore }: PlanBasis): FleetPlan {
  const callsPerWorker = Math.floor(callsPerCore * PLANNED_SHARE);
  const busyGateways = Math.ceil(calls / (callsPerWorker * WORKERS_PER_GATEWAY));
  const spareGateways = Math.max(1, Math.ceil(busyGateways * SPARE_SHARE));
  const appendsPerServer = (REDIS_SHARE * 1e6) / REDIS_APPEND_US;
  const tokensPerCallMinute = USER_TOKENS_PER_MINUTE + AGENT_TALK_SHARE * AGENT_TOKENS_PER_MINUTE;
  return {
    calls,
    callsPerWorker,
    gateways: busyGateways + spareGateways,
    spareGateways,
    redisServers: Math.ceil((calls * JOURNAL_ENTRIES_PER_SECOND) / appendsPerServer),
    gatewayMbits: (callsPerWorker * WORKERS_PER_GATEWAY * bitsPerCall()) / 1e6,
    fleetGbits: (calls * bitsPerCall()) / 1e9,
    startsPerSecond: calls / MEAN_CALL_SECONDS,
    tokensPerMinuteMillions: (calls * tokensPerCallMinute) / 1e6,
  };
}
