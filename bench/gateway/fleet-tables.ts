// The plans for a small and a large fleet and what became of them in the simulation, as the capacity page shows them.

import { type FleetPlan, planFleet } from './fleet-plan.ts';
import { type FleetOutcome, simulateFleet } from './fleet-simulation.ts';

const FLEETS = [10_000, 1_000_000];

/** The tables, from the calls that a core carries. */
export function fleetTables(callsPerCore: number): string {
  const plans = FLEETS.map((calls) => planFleet(calls, { callsPerCore }));
  const outcomes = plans.map((plan) => simulateFleet(plan, { callsPerCore }));
  const planRow = (name: string, cell: (plan: FleetPlan) => string): string => row(name, plans.map(cell));
  const outcomeRow = (name: string, cell: (outcome: FleetOutcome) => string): string => row(name, outcomes.map(cell));
  return [
    row(
      'planned',
      plans.map(({ calls }) => `${count(calls)} calls`),
    ),
    row(
      '---',
      plans.map(() => '---:'),
    ),
    planRow('calls a worker', ({ callsPerWorker }) => count(callsPerWorker)),
    planRow('gateways, 4 workers each', ({ gateways }) => count(gateways)),
    planRow('of them to spare', ({ spareGateways }) => count(spareGateways)),
    planRow('Redis servers', ({ redisServers }) => count(redisServers)),
    planRow('network of a gateway, Mbit/s', ({ gatewayMbits }) => count(gatewayMbits)),
    planRow('network of the fleet, Gbit/s', ({ fleetGbits }) => fleetGbits.toFixed(1)),
    planRow('calls that begin in a second', ({ startsPerSecond }) => count(startsPerSecond)),
    planRow('audio tokens a minute, millions', (plan) => plan.tokensPerMinuteMillions.toFixed(1)),
    '',
    row(
      'simulated',
      plans.map(({ calls }) => `${count(calls)} calls`),
    ),
    row(
      '---',
      plans.map(() => '---:'),
    ),
    outcomeRow('calls that asked to begin', ({ asked }) => count(asked)),
    outcomeRow('refused', ({ refused }) => count(refused)),
    outcomeRow('calls of the gateways that died', ({ moved }) => count(moved)),
    outcomeRow('of them without a new place', ({ lost }) => count(lost)),
    outcomeRow('busiest worker before, calls', ({ busiestBefore }) => count(busiestBefore)),
    outcomeRow('busiest worker after, calls', ({ busiestAfter }) => count(busiestAfter)),
    outcomeRow('busiest Redis server, entries/s', ({ busiestRedisPerSecond }) => count(busiestRedisPerSecond)),
  ].join('\n');
}

function row(name: string, cells: readonly string[]): string {
  return `| ${[name, ...cells].join(' | ')} |`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
